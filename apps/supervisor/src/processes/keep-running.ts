import { setTimeout as sleep } from 'node:timers/promises';
import { BackOff, type Logger } from '@iotcore/process';

/** Before what ended is started again. */
const pauses = { firstMs: 250, longestMs: 10_000 };
/** What ran this long did not fail because of how it was started. */
const steadyMs = 60_000;

export interface Runnable {
  readonly name: string;
  /** Resolves once it runs. */
  start(): Promise<void>;
  /** Resolves when it has ended, for whatever reason. */
  ended(): Promise<void>;
  stop(): Promise<void>;
}

export interface Kept {
  /** Ends it, and the keeping. */
  stop(): Promise<void>;
}

interface KeepOptions {
  readonly backOff?: BackOff;
  /** In milliseconds, from any beginning. */
  now?(): number;
}

/** Starts again whatever ends, with longer and longer pauses. `runnable` has been started already. */
export function keepRunning(
  runnable: Runnable,
  logger: Logger,
  { backOff = new BackOff(pauses), now = () => performance.now() }: KeepOptions = {},
): Kept {
  const stopping = new AbortController();
  const keeping = keep().catch((error) => logger.fatal({ err: error }, `lost track of ${runnable.name}`));

  async function keep(): Promise<void> {
    while (!stopping.signal.aborted) {
      const startedAt = now();
      await runnable.ended();
      if (stopping.signal.aborted) return;
      if (now() - startedAt >= steadyMs) backOff.reset();
      const delayMs = backOff.next();
      logger.error({ delayMs }, `${runnable.name} ended unexpectedly and is started again`);
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      await runnable
        .start()
        .catch((error) => logger.error({ err: error }, `${runnable.name} could not be started`));
    }
  }

  return {
    async stop() {
      stopping.abort();
      await runnable.stop();
      await keeping;
    },
  };
}
