/** The control plane's queries. Only the API uses them. */
export * from './account-keys.ts';
export { type AliasRow, listAliases, type NewAlias } from './aliases.ts';
export {
  type AuditEventRow,
  type AuditedCall,
  type AuditFilter,
  listAuditEvents,
  type Refusal,
  recordRefusal,
} from './audit-events.ts';
export * from './brokers.ts';
export { type ApiKeyCaller, type CallerAccount, findApiKey, findCallerAccount } from './callers.ts';
export * from './certificates.ts';
export { type LogRow, listLog } from './connection-log.ts';
export type { InitialCredentials } from './credentials.ts';
export { type DataPlaneNode, listLiveNodes } from './data-plane-nodes.ts';
export type { Db, Page, PageRequest } from './db.ts';
export * from './devices.ts';
export * from './errors.ts';
export { type ExportedDeviceRow, exportDevices } from './export.ts';
export { prune, type Retention } from './housekeeping.ts';
export { findEarlierOutcome, type IdempotencyKey } from './idempotency.ts';
export { importResources } from './import/import-resources.ts';
export type * from './import/types.ts';
export * from './migration-status.ts';
export { type CallFacts, type ChangeRecord, doOnce, mutate } from './mutate.ts';
export { findOperation, listOperations, type OperationRow } from './operations.ts';
export { findOwner, type Owner, type OwnerKind, type OwnerRow } from './owners.ts';
export * from './password-adoptions.ts';
export * from './passwords.ts';
export { createSample, ensureAdminAccount, isUntouched, type SampleResources } from './provisioning.ts';
export type { FolderQuotas } from './quotas.ts';
export * from './registries.ts';
export * from './service-accounts.ts';
export { ensureSigningKeys, type SigningKeyRow } from './signing-keys.ts';
export type { TopLevelFields } from './top-level.ts';
