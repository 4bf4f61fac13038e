export * from './broker.ts';
export { credentialMessages } from './credentials.ts';
export * from './device.ts';
export * from './export.ts';
export {
  apiKeyId,
  authorizedKeyId,
  brokerId,
  deviceId,
  fingerprint,
  operationId,
  paging,
  passwordId,
  registryId,
  roleBindingId,
  serviceAccountId,
} from './fields.ts';
export * from './iam.ts';
export * from './import.ts';
export { BadEntry } from './judged-alone.ts';
export type { LogOptions } from './log-options.ts';
export * from './migration-status.ts';
export * from './observation.ts';
export { type Any, Operation } from './operation.ts';
export * from './password-adoption.ts';
export { decodeData } from './publish-fields.ts';
export * from './registry.ts';
export { type ResourceKind, type ResourceNames, resourceNames } from './resource-kinds.ts';
export { Status } from './status.ts';
export { allFields, fieldsToSet } from './update-mask.ts';
