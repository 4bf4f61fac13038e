import { BackOff } from '@iotcore/process';
import type { Log } from '../log.ts';
import { migrate } from '../migrations/migrate.ts';
import { DatabaseUnavailableError } from './errors.ts';

/** Between two attempts. */
const waits = { firstMs: 100, longestMs: 2000 };

/**
 * Brings the database to this version's schema, waiting for it as long as it is away; says so once, and again when it is
 * back. Several processes may do this at the same time.
 *
 * @throws the reason of `signal` when it aborts, MigrationMismatchError, or the error of a migration that failed
 */
export async function prepareDatabase(url: string, logger: Log, signal: AbortSignal): Promise<void> {
  const backOff = new BackOff(waits);
  for (;;) {
    signal.throwIfAborted();
    try {
      await migrate(url, logger);
      if (!backOff.isFresh) logger.info({}, 'the database is back');
      return;
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError)) throw error;
      if (backOff.isFresh) logger.warn({ err: error.cause }, 'waiting for the database');
    }
    await backOff.wait(signal);
  }
}
