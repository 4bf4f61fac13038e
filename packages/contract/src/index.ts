export * from './access/blocks.ts';
export * from './access/browser-sessions.ts';
export * from './access/iam.ts';
export * from './access/resource-manager.ts';
export * from './exports/index.ts';
export * from './migration/export.ts';
export * from './migration/import.ts';
export * from './migration/migration-status.ts';
export * from './migration/password-adoption.ts';
export * from './monitoring/audit-events.ts';
export * from './monitoring/connection-logs.ts';
export * from './monitoring/processes.ts';
export * from './monitoring/refused-clients.ts';
export * from './monitoring/watch.ts';
export { type Any, Operation } from './operation.ts';
export * from './resources/broker.ts';
export { credentialMessages } from './resources/credentials.ts';
export * from './resources/device.ts';
export type { LogOptions } from './resources/log-options.ts';
export { decodeData } from './resources/publish-fields.ts';
export * from './resources/registry.ts';
export { type ResourceKind, type ResourceNames, resourceNames } from './resources/resource-kinds.ts';
export * from './retained-messages.ts';
export { BadEntry } from './schema/checked-alone.ts';
export {
  apiKeyId,
  authorizedKeyId,
  brokerId,
  deviceId,
  exportId,
  fingerprint,
  operationId,
  paging,
  passwordId,
  registryId,
  roleBindingId,
  serviceAccountId,
} from './schema/fields.ts';
export { fieldAsGiven, fromProtoJson, whyUnknown } from './schema/proto-json.ts';
export { allFields, fieldsToSet, partsInMask } from './schema/update-mask.ts';
export * from './search/certificates.ts';
export * from './search/devices.ts';
export * from './search/resources.ts';
export { Status } from './status.ts';
