export { AddressPolicy, type AddressPolicyOptions } from './network/address-policy.ts';
export { checkPlaces, loadTargets, openTarget } from './open-target.ts';
export type { OpenedExport, OpenedSecrets } from './opened-export.ts';
export { sampleMessage } from './sample.ts';
export type { AnswerFacts, ExportIdentity, OutgoingMessage, SendOutcome, Target } from './target.ts';
