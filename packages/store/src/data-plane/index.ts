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
export { removeNode, renewNode } from './nodes.ts';
export {
  type AdoptedPassword,
  adoptPassword,
  findPasswordAdoptions,
  type PasswordAdoption,
} from './password-adoptions.ts';
export {
  type PermanentMessageRange,
  type PermanentMessageRow,
  type PermanentMessageWrite,
  readPermanentMessages,
  writePermanentMessages,
} from './permanent-messages.ts';
export { ping, type Queryable } from './queryable.ts';
export { findPublicSigningKey } from './signing-keys.ts';
