import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { migrate } from '../migrations/migrate.ts';
import { DatabaseUnavailableError } from './errors.ts';

/** Between two attempts, in ms: twice as long each time, up to the most. */
const firstDelayMs = 100;
const longestDelayMs = 2000;

/**
 * Brings the database to this version's schema, waiting for it as long as it is away; says so once, and again when it is
 * back. Several processes may do this at the same time.
 *
 * @throws the reason of `signal` when it aborts, MigrationMismatchError, or the error of a migration that failed
 */
export async function prepareDatabase(url: string, logger: Log, signal: AbortSignal): Promise<void> {
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(2 * delayMs, longestDelayMs)) {
    signal.throwIfAborted();
    try {
      await migrate(url, logger);
      if (delayMs > firstDelayMs) logger.info({}, 'the database is back');
      return;
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError)) throw error;
      if (delayMs === firstDelayMs) logger.warn({ err: error.cause }, 'waiting for the database');
    }
    await sleep(delayMs, undefined, { signal });
  }
}
