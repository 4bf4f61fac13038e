export type { Change, ChangeKind } from './changes/change.ts';
export { ChangeFeed, type ChangeFeedOptions, type ChangeListener } from './changes/change-feed.ts';
export { DatabaseUnavailableError, isDatabaseUnavailable } from './database/errors.ts';
export { describeIdConflicts } from './database/id-conflicts.ts';
export {
  type Database,
  type DatabaseOptions,
  openDatabase,
  openPool,
  type PoolOptions,
} from './database/open-database.ts';
export { prepareDatabase } from './database/prepare-database.ts';
export type { Log } from './log.ts';
export { migrate } from './migrations/migrate.ts';
