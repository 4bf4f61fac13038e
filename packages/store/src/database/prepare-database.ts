import { BackOff, StartupError } from '@iotcore/process';
import type { Log } from '../log.ts';
import { migrate } from '../migrations/migrate.ts';
import { DatabaseUnavailableError, isDatabaseUnavailable } from './errors.ts';
import { describeDatabaseRefusal } from './refusals.ts';

/** Between two attempts. */
const waits = { firstMs: 100, longestMs: 2000 };

/**
 * Brings the database to this version's schema, waiting for it as long as it is away; says so once, and again when it is
 * back. Several processes may do this at the same time.
 *
 * @throws the reason of `signal` when it aborts; StartupError for a database that is not there, lacks a right, or is not for this
 * release; or the error of a migration that failed
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
      const refusal = describeDatabaseRefusal(error, url);
      if (refusal !== undefined) throw new StartupError(refusal);
      // A deadlock with what the previous release is writing is among them: the migration is undone, and tried again.
      if (!isDatabaseUnavailable(error)) throw error;
      if (backOff.isFresh) logger.warn({ err: causeOf(error) }, 'waiting for the database');
    }
    await backOff.wait(signal);
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof DatabaseUnavailableError ? error.cause : error;
}
