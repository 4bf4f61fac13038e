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
  findPasswordIds,
  type Identity,
  type PasswordHash,
  type PasswordIdentity,
} from './identities.ts';
export { removeNode, renewNode } from './nodes.ts';
export {
  type PermanentMessageRange,
  type PermanentMessageRow,
  type PermanentMessageWrite,
  readPermanentMessages,
  writePermanentMessages,
} from './permanent-messages.ts';
export type { Queryable } from './queryable.ts';
