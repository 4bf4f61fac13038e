export { createClusterBus, type Delivery } from './bus/cluster-bus.ts';
export { type RetainedContent, RetainedOrder } from './bus/retained-order.ts';
export type { Carrier } from './carriers/carrier.ts';
export { SocketCarrier } from './carriers/socket-carrier.ts';
export type { ClusterEvent } from './cluster-event.ts';
export {
  type ClientIdClaim,
  ClusterNode,
  type ClusterNodeParts,
  NotHandedOverError,
} from './cluster-node.ts';
export { frameVersions } from './frames/frame.ts';
export type { NodeRow, NodeState } from './members/node-row.ts';
export type { MemberStatements } from './members/statements.ts';
