export { type AliasQuery, findAliasOwners, findDevices } from './devices.ts';
export { type LogLine, writeLogLines } from './history/connection-log.ts';
export {
  type DeviceActivity,
  type DeviceActivityWrite,
  type DevicePublished,
  findDeviceActivities,
  writeDeviceActivities,
  writeDevicesPublished,
} from './history/device-activity.ts';
export { forgetRefusedClients, type RefusedClient, writeRefusedClients } from './history/refused-clients.ts';
export {
  type CertificateIdentity,
  findCertificateIdentities,
  findIdentities,
  type Identity,
  type PasswordHash,
  type PasswordIdentity,
} from './login/identities.ts';
export {
  type AdoptedPassword,
  type AdoptionRecord,
  adoptPassword,
  findPasswordAdoptions,
  type PasswordAdoption,
} from './login/password-adoptions.ts';
export { findPublicSigningKey } from './login/signing-keys.ts';
export { type NetworkBlock, readNetworkBlocks } from './network-blocks.ts';
export {
  addClusterNode,
  type ClusterNodeRow,
  type ClusterProcessRow,
  condemnClusterNodes,
  endClusterNodes,
  listClusterNodes,
  promoteClusterNode,
  renewClusterNode,
} from './nodes/cluster-nodes.ts';
export { addLiveSessions, type LiveSession, removeLiveSessions } from './nodes/live-sessions.ts';
export {
  type ListedNode,
  listEarlierNodes,
  type RunningNode,
  removeNodes,
  renewNode,
} from './nodes/nodes.ts';
export { ping, type Queryable } from './queryable.ts';
export type {
  PermanentQuota,
  PermanentQuotas,
  PermanentQuotaWarning,
  RetainedOutcome,
} from './retained-messages/permanent-quotas.ts';
export {
  type RetainedMessageRange,
  type RetainedMessageRow,
  readLastWrittenBy,
  readRetainedMessage,
  readRetainedMessages,
  type WrittenMessage,
} from './retained-messages/read-retained-messages.ts';
export {
  NotAMemberError,
  type PermanentWriteOptions,
  type RetainedMessageWrite,
  type RetainedWriteResult,
  RowsLockedError,
  writeRetainedMessages,
} from './retained-messages/write-retained-messages.ts';
