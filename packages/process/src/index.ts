export { allocatorSettings } from './allocator.ts';
export { BackOff, type BackOffLimits } from './back-off.ts';
export { isRunning } from './child-process.ts';
export { Cleanups } from './cleanups.ts';
export { createFileWhole, publicMode, secretMode, writeFileWhole } from './data-folder/files.ts';
export {
  findDatabaseUrl,
  type RunningInstallation,
  readRunFile,
  removeRunFile,
  writeRunFile,
} from './data-folder/run-file.ts';
export { type ListenPlace, listenAt, portTaken, urlHost } from './listen.ts';
export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { LruMap } from './lru-map.ts';
export { type LockHolder, type ProcessLock, takeLock } from './process-lock/process-lock.mjs';
export { type ProcessContext, type ProcessMessage, type RunningProcess, runProcess } from './run-process.ts';
export { Secret } from './secret.ts';
export { internalSettingsTable } from './settings/internal-table.ts';
export { readSettings } from './settings/read.ts';
export type { Setting } from './settings/setting.ts';
export { type Settings, settingsTable } from './settings/table.ts';
export { StartupError } from './startup-error.ts';
export { type Rate, TokenBucket } from './token-bucket.ts';
export { TokenBuckets } from './token-buckets.ts';
