/** Removes, in the background, what logs have kept long enough or what is beyond their limits, and old dead letters. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@iotcore/store';
import { findUntrimmed, pruneDeadLetters, removeOrphans, trimLog } from '@iotcore/store/exports';

/** Between two rounds, in ms. */
const intervalMs = 5000;

export class Tidying {
  readonly #pool: Database['pool'];
  readonly #failed: (error: unknown) => void;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;

  constructor(pool: Database['pool'], failed: (error: unknown) => void) {
    this.#pool = pool;
    this.#failed = failed;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#round();
      } catch (error) {
        this.#failed(error);
      }
      await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #round(): Promise<void> {
    const { signal } = this.#stopping;
    for (const id of await findUntrimmed(this.#pool)) {
      let isDone = false;
      while (!isDone && !signal.aborted) ({ isDone } = await trimLog(this.#pool, id));
    }
    while ((await removeOrphans(this.#pool)) > 0 && !signal.aborted);
    while ((await pruneDeadLetters(this.#pool)) > 0 && !signal.aborted);
  }
}
