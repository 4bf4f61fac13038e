/** Parts, for benches: no program needs them. */
export { Claims } from './claims/claims.ts';
export { decodeRecords, encodeRecord } from './frames/records.ts';
export { InterestTable } from './interest/interest-table.ts';
export { namespaceHash } from './interest/namespace-hash.ts';
export { OwnInterest } from './interest/own-interest.ts';
