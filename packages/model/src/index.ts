export { codeName, errorCodes } from './access/error-codes.ts';
export { addressBlock, asIPv4, checkNetwork, isInNetworks, networkMatcher } from './access/networks.ts';
export { refusalReasons, refusalRule } from './access/refusal-rules.ts';
export {
  everyFolder,
  isPermitted,
  isRole,
  type Permission,
  type Role,
  type RoleBinding,
  roles,
} from './access/roles.ts';
export {
  type CertificateFacts,
  type CertificateReading,
  certificateDer,
  certificateSubject,
  chainLength,
  type DateValidity,
  dateValidity,
  readCertificate,
  splitCertificates,
} from './credentials/certificate.ts';
export { checkPassword } from './credentials/password-policy.ts';
export { cutText, unprintable } from './fields/foreign-text.ts';
export {
  checkFolderId,
  checkId,
  createId,
  folderIdPattern,
  idPattern,
} from './fields/ids.ts';
export { checkLabels, labelKeyPattern, labelValuePattern } from './fields/labels.ts';
export { checkDescription, checkName, namePattern } from './fields/names.ts';
export { checkText } from './fields/text.ts';
export type { Violation, ViolationCode } from './fields/violation.ts';
export { limits, minPasswordCharacters } from './limits.ts';
export {
  checkExportFilter,
  decideExport,
  deviceOfExportFilter,
  type ExportDecision,
  type ExportedTopic,
  type ExportSource,
} from './topics/exports/export-source.ts';
export { type ClientEvent, eventTopic, takesEvent } from './topics/exports/exported-events.ts';
export { checkAliases, expandAliases } from './topics/names/alias-rules.ts';
export type {
  BrokerPrincipal,
  DeviceFacts,
  DevicePrincipal,
  Principal,
  RegistryPrincipal,
} from './topics/principal.ts';
export { filterLookup, grantFilter } from './topics/rights/grant.ts';
export { aliasLookupLimit, type DeviceLookup } from './topics/rights/lookup.ts';
export {
  type Destination,
  monitoringNamespace,
  type NamespaceFilter,
  ownMonitoringNamespace,
} from './topics/rights/reader-groups.ts';
export { type RetainedSelection, retainedSelections } from './topics/rights/retained.ts';
export {
  type PermanentTopic,
  routeMonitoring,
  routeTopic,
  type TopicRoute,
  topicLookup,
} from './topics/rights/route.ts';
export { publisherOf, type WatchedFilter, watchedFilters } from './topics/rights/watched.ts';
export {
  readFullTopic,
  type TopicAddress,
  type TopicKind,
  type TopicRoot,
  type TopicRow,
} from './topics/topic-table.ts';
