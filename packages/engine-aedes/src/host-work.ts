import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

/** Work of the host that nobody waits for, except when the engine closes. */
export class HostWork {
  readonly #works = new Set<Promise<unknown>>();

  /** The same promise, waited for until it is settled. */
  track<T>(work: Promise<T>): Promise<T> {
    this.#works.add(work);
    const done = () => this.#works.delete(work);
    work.then(done, done);
    return work;
  }

  /** Resolves when nothing is under way, nor what it led to. */
  async settled(): Promise<void> {
    do {
      await Promise.allSettled(this.#works);
      await yieldToEventLoop();
    } while (this.#works.size > 0);
  }
}
