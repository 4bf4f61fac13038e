/** The logs of exports: appending to them, reading them, leases and dead letters. */
export { type Appended, appendChunks, type NewChunk, nearlyFullShare } from './append.ts';
export { DeadLetters, type NewDeadLetter, pruneDeadLetters } from './dead-letters.ts';
export {
  eventIdText,
  frameBytes,
  type RecordedMessage,
  readFrame,
  splitFrames,
  writeFrame,
} from './frames.ts';
export {
  findShare,
  type Lease,
  type LeasedExport,
  leaseSeconds,
  releaseLease,
  releaseLeases,
  renewLeases,
  type Taking,
  takeLeases,
} from './leases.ts';
export {
  type CursorWrite,
  type ExportCondition,
  type ExportFigures,
  findExportFigures,
  findSealingSeeds,
  keptAttempts,
  type NewAttempt,
  type ReadChunk,
  readChunks,
  writeAttempts,
  writeCursor,
} from './progress.ts';
export { type ExportSourceRow, findExportSources, hasExportLogs } from './sources.ts';
export { findUntrimmed, findWaitingShare, removeOrphans, trimLog } from './trim.ts';
