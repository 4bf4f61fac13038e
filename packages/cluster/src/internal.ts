/** Parts, for benches and tests: no program needs them. */
export { socketPath } from './carriers/socket-carrier.ts';
export { Claims } from './claims/claims.ts';
export { encodeFrame, type FrameHead, frameHeadBytes } from './frames/frame.ts';
export { decodeRecords, encodeRecord } from './frames/records.ts';
export { InterestTable } from './interest/interest-table.ts';
export { namespaceHash } from './interest/namespace-hash.ts';
export { OwnInterest } from './interest/own-interest.ts';
export { placed, RemoteRoute } from './links/remote.ts';
export { MemoryRows } from './testing/memory-rows.ts';
