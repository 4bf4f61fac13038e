export { isRunning } from './child-process.ts';
export { createFileWhole, makeFolder, publicMode, secretMode, writeFileWhole } from './data-folder/files.ts';
export {
  findDatabaseUrl,
  type RunningInstallation,
  readRunFile,
  removeRunFile,
  writeRunFile,
} from './data-folder/run-file.ts';
export { keyPairProblem } from './key-pair.ts';
export { Cleanups } from './lifecycle/cleanups.ts';
export { openInOrder } from './lifecycle/open-in-order.ts';
export {
  type ProcessContext,
  type ProcessMessage,
  type RunningProcess,
  runProcess,
  tellParent,
} from './lifecycle/run-process.ts';
export { createLogger, type Logger, type LoggerOptions } from './logging/logger.ts';
export { LruMap } from './lru-map.ts';
export { withMemorySettings } from './memory-settings.mjs';
export { http } from './node-http.ts';
export { ownAddresses, ownPorts } from './own-places.ts';
export { findFreePort } from './ports/free-port.ts';
export { type ListenPlace, listenAt, portTaken, urlHost } from './ports/listen.ts';
export { type LockHolder, type ProcessLock, takeLock } from './process-lock/process-lock.mjs';
export { hasEnded, isElsewhere, isThere, processPlace } from './process-lock/process-place.ts';
export { BackOff, type BackOffLimits } from './rates/back-off.ts';
export { SummedLines } from './rates/summed-lines.ts';
export { type Rate, TokenBucket } from './rates/token-bucket.ts';
export { TokenBuckets } from './rates/token-buckets.ts';
export { Secret } from './secret.ts';
export { internalSettingsTable } from './settings/internal-table.ts';
export { readSettings, settingsProblems, shownSettings } from './settings/read.ts';
export type { Setting } from './settings/setting.ts';
export { settingsFileVariable } from './settings/settings-file.ts';
export { type Settings, settingsTable } from './settings/table.ts';
export { StartupError } from './startup-error.ts';
export { type Clock, type Pause, pauseFor, systemClock } from './timing/clock.ts';
export { PeriodicTask } from './timing/periodic-task.ts';
export { version } from './version.ts';
