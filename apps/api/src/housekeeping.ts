import type { Logger } from '@iotcore/process';
import type { ControlStore, Retention } from '@iotcore/store/control';

/** Between two rounds. What is kept 30 days may well be kept ten minutes longer. */
const intervalMs = 10 * 60_000;

/** Removes, in the background, what has been kept long enough. */
export class Housekeeping {
  readonly #stopping = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #round: Promise<void> = Promise.resolve();

  constructor(store: ControlStore, retention: Retention, logger: Logger, now: () => Date) {
    const tidy = () => {
      this.#round = this.#round.then(async () => {
        const pruned = await store.prune(retention, now(), this.#stopping.signal);
        logger.debug(pruned, 'removed what was kept long enough');
      });
      this.#round = this.#round.catch((error: unknown) => logger.warn({ err: error }, 'could not tidy up'));
    };
    this.#timer = setInterval(tidy, intervalMs);
    tidy();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#round;
  }
}
