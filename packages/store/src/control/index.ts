/** The control plane's state. Only the API uses it, through `ControlStore`; the other exports are its rows and errors. */

export type { NewAuditEvent } from '../records/audit-events.ts';
export type { CallFacts, MutationRecord, OperationRow } from '../records/record-call.ts';
export type { ApiKeyRow, AuthorizedKeyRow, RoleBindingRow } from './accounts/account-keys.ts';
export type { BrowserSessionRow, NewBrowserSession } from './accounts/browser-sessions.ts';
export type { ApiKeyCaller, CallerAccount } from './accounts/callers.ts';
export type { ServiceAccountRow } from './accounts/service-accounts.ts';
export type { SigningKeyRow } from './accounts/signing-keys.ts';
export type { NetworkBlockRow } from './blocks/network-blocks.ts';
export type { BlockableResource, ResourceBlockRow } from './blocks/resource-blocks.ts';
export type { CertificateRow, NewCertificate } from './credentials/certificates.ts';
export type { InitialCredentials } from './credentials/credentials.ts';
export type {
  AdoptionOwner,
  PasswordAdoptionFields,
  PasswordAdoptionRow,
} from './credentials/password-adoptions.ts';
export type { NewPassword, PasswordRow } from './credentials/passwords.ts';
export type { DataPlaneNode } from './data-plane-nodes.ts';
export type { Page, PageRequest, TwoWayPage } from './db.ts';
export * from './errors.ts';
export type { ExportFields, ExportRow, NewExport } from './exports/exports.ts';
export type { ExportProgress } from './exports/progress.ts';
export type { AttemptRow, DeadLetterRow } from './exports/records.ts';
export type { AuditEventRow, AuditedCall, AuditFilter } from './history/audit-events.ts';
export type { LogFilter, LogRow } from './history/connection-log.ts';
export type { Retention } from './history/housekeeping.ts';
export type { LogSummaryRow } from './history/log-summary.ts';
export type * from './history/migration-status.ts';
export type { RefusedClientFilter, RefusedClientRow } from './history/refused-clients.ts';
export type { RetainingOwner } from './history/retained-messages.ts';
export type * from './import/types.ts';
export type { EarlierOutcome, IdempotencyKey, KeyClaim } from './mutations/idempotency.ts';
export { type OpenControlStore, openControlStore } from './open-control-store.ts';
export type { ProcessRow } from './processes/processes.ts';
export type { AliasRow, NewAlias } from './resources/aliases.ts';
export type { DeviceActivityRow, DeviceFields, DeviceRow, DeviceView } from './resources/devices.ts';
export type { ExportedDeviceRow } from './resources/export.ts';
export type { FolderCountsRow } from './resources/folders.ts';
export type { Owner, OwnerKind, OwnerRow } from './resources/owners.ts';
export type { FolderQuotas } from './resources/quotas.ts';
export type { BrokerRow, RegistryRow, TopLevelFields } from './resources/top-level.ts';
export type { CertificateFilter, FoundCertificateRow } from './search/certificates.ts';
export type { DeviceFilter, FoundDeviceRow } from './search/devices.ts';
export type { FoundResourceRow } from './search/resources.ts';
export type { ControlStore, Keys, Reads, Writes } from './store.ts';
