export {
  addClusterNode,
  type ClusterNodeRow,
  type ClusterProcessRow,
  condemnClusterNodes,
  endClusterNodes,
  listClusterNodes,
  promoteClusterNode,
  renewClusterNode,
} from './cluster-nodes.ts';
export { type LogLine, writeLogLines } from './connection-log.ts';
export {
  type DeviceActivity,
  type DeviceActivityWrite,
  findDeviceActivities,
  writeDeviceActivities,
} from './device-activity.ts';
export { type AliasQuery, findAliasOwners, findDevices } from './devices.ts';
export {
  type CertificateIdentity,
  findCertificateIdentities,
  findIdentities,
  type Identity,
  type PasswordHash,
  type PasswordIdentity,
} from './identities.ts';
export { addLiveSessions, type LiveSession, removeLiveSessions } from './live-sessions.ts';
export { type NetworkBlock, readNetworkBlocks } from './network-blocks.ts';
export { type ListedNode, listEarlierNodes, type RunningNode, removeNodes, renewNode } from './nodes.ts';
export {
  type AdoptedPassword,
  type AdoptionRecord,
  adoptPassword,
  findPasswordAdoptions,
  type PasswordAdoption,
} from './password-adoptions.ts';
export type {
  PermanentOutcome,
  PermanentQuota,
  PermanentQuotas,
  PermanentQuotaWarning,
} from './permanent-quotas.ts';
export { ping, type Queryable } from './queryable.ts';
export {
  type PermanentMessageRange,
  type PermanentMessageRow,
  readPermanentMessage,
  readPermanentMessages,
} from './read-permanent-messages.ts';
export { forgetRefusedClients, type RefusedClient, writeRefusedClients } from './refused-clients.ts';
export { findPublicSigningKey } from './signing-keys.ts';
export {
  NotAMemberError,
  type PermanentMessageWrite,
  type PermanentWriteOptions,
  type PermanentWriteResult,
  RowsLockedError,
  writePermanentMessages,
} from './write-permanent-messages.ts';
