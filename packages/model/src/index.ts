export {
  type CertificateFacts,
  type CertificateReading,
  certificateDer,
  chainLength,
  type DateJudgement,
  judgeDates,
  readCertificate,
  splitCertificates,
} from './certificate.ts';
export {
  checkFolderId,
  checkId,
  createId,
  FOLDER_ID_PATTERN,
  ID_PATTERN,
} from './ids.ts';
export { checkLabels, LABEL_KEY_PATTERN, LABEL_VALUE_PATTERN } from './labels.ts';
export { limits, MIN_PASSWORD_CHARACTERS } from './limits.ts';
export { checkDescription, checkName, NAME_PATTERN } from './names.ts';
export { addressBlock, asIPv4, checkNetwork, isInNetworks } from './networks.ts';
export { checkPassword } from './password-policy.ts';
export {
  EVERY_FOLDER,
  isPermitted,
  isRole,
  type Permission,
  ROLES,
  type Role,
  type RoleBinding,
} from './roles.ts';
export { checkText } from './text.ts';
export { checkAliases, expandAliases } from './topics/alias-rules.ts';
export { ownMonitoringSpace, type SpaceFilter, type SpaceTopic, watchersSpace } from './topics/audience.ts';
export { filterLookup, grantFilter } from './topics/grant.ts';
export { ALIAS_LOOKUP_LIMIT, type DeviceLookup } from './topics/lookup.ts';
export type {
  BrokerPrincipal,
  DeviceFacts,
  DevicePrincipal,
  Principal,
  RegistryPrincipal,
} from './topics/principal.ts';
export { type PermanentTopic, type Route, routeMonitoring, routeTopic, topicLookup } from './topics/route.ts';
export { type StoredSelection, storedSelections } from './topics/stored.ts';
export {
  readFullTopic,
  type TopicAddress,
  type TopicKind,
  type TopicRoot,
  type TopicRow,
} from './topics/topic-table.ts';
export type { Violation, ViolationCode } from './violation.ts';
