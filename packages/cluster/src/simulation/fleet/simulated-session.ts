import type { ClientIdClaim, ClusterNode } from '../../cluster-node.ts';
import type { Process } from '../timeline/timeline.ts';

/** A node, as its clients and the checks see it. */
export interface SessionHost {
  readonly process: Process;
  readonly machine: number;
  readonly cluster: ClusterNode;
  readonly sessions: ReadonlySet<SimulatedSession>;
  connect(session: SimulatedSession, answer: (isAccepted: boolean) => void): void;
  subscribe(session: SimulatedSession, answer: () => void): void;
  publish(session: SimulatedSession, publication: Publication, qos: 0 | 1, answer: () => void): void;
  close(session: SimulatedSession, reason: string): void;
  send(session: SimulatedSession, arrived: () => void): void;
}

/** One send of a message. */
export interface Publication {
  readonly name: string;
  readonly namespace: string;
  /** The last message of its topic is stored. */
  readonly isPermanent: boolean;
  /** The connection that sent it, and its place among those. */
  readonly from: object;
  readonly sequence: number;
  readonly sentMs: number;
  readonly node: SessionHost;
  isAcknowledged: boolean;
}

/** A session of a client at a node, and what its client has seen of it. */
export class SimulatedSession {
  readonly name: string;
  readonly clientId: string;
  readonly namespace: string;
  readonly node: SessionHost;
  claim: ClientIdClaim | undefined;
  /** Of its node, when it was accepted. */
  incarnation: string | undefined;
  isAccepted = false;
  isSubscribed = false;
  /** The client's side of the connection. */
  isOpen = true;
  /** No later connection was made with its client ID. */
  isCurrent = true;
  /** When the client had its SUBACK. */
  subscribedMs: number | undefined;
  readonly received: Publication[] = [];
  /** The last message of its namespace's permanent topic that its client has received, live or retained. */
  lastOfPermanent: string | undefined;
  /** The newest version that arrived live while the retained message is being read; undefined: none is being read. */
  newestWhileReading: number | undefined;
  sequence = 0;
  /** On their way to the node. */
  readonly packets: (() => void)[] = [];
  /** When the last packet arrives that is on its way to the client. */
  arrivalMs = 0;
  closed: () => void = () => {};

  constructor(name: string, clientId: string, namespace: string, node: SessionHost) {
    this.name = name;
    this.clientId = clientId;
    this.namespace = namespace;
    this.node = node;
  }
}
