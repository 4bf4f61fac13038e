/** Answers for those of the keys that exist. */
export type LoadMany<K, V> = (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>;

/** Keys in one query: what ten thousand reconnecting devices ask becomes a hundred queries. */
const maxKeys = 100;
/** Queries at the same time, so that a storm leaves most of the connection pool to others. */
const maxRunning = 4;
/** Keys of one asker that a query takes before it is another asker's turn. */
const keysPerRound = 10;

type Asked<K, V> = Map<K, PromiseWithResolvers<V | undefined>>;

/**
 * Gathers look-ups by key that are asked for while others run, and makes one query of them. Askers take turns: one with
 * thousands of keys does not hold up another's one.
 */
export class BatchLoader<K, V> {
  readonly #loadMany: LoadMany<K, V>;
  /** By asker. */
  readonly #waiting = new Map<string, Asked<K, V>>();
  #running = 0;
  #scheduled = false;

  constructor(loadMany: LoadMany<K, V>) {
    this.#loadMany = loadMany;
  }

  /** The value, read from the database after this call; undefined if there is none. */
  load(key: K, asker = ''): Promise<V | undefined> {
    let ofAsker = this.#waiting.get(asker);
    // Only what is not under way yet may be shared: a query that runs may have missed the latest change.
    const shared = ofAsker?.get(key);
    if (shared) return shared.promise;
    if (!ofAsker) {
      ofAsker = new Map();
      this.#waiting.set(asker, ofAsker);
    }
    const asked = Promise.withResolvers<V | undefined>();
    ofAsker.set(key, asked);
    this.#schedule();
    return asked.promise;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Whatever else is asked for in this tick of the event loop comes along.
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#waiting.size > 0 && this.#running < maxRunning) void this.#runNext();
    });
  }

  async #runNext(): Promise<void> {
    const batch = this.#takeBatch();
    const keys = new Set(batch.map(([key]) => key));
    this.#running++;
    try {
      const found = await this.#loadMany([...keys]);
      for (const [key, asked] of batch) asked.resolve(found.get(key));
    } catch (error) {
      for (const [, asked] of batch) asked.reject(error);
    } finally {
      this.#running--;
      if (this.#waiting.size > 0) this.#schedule();
    }
  }

  /** An asker with more keys is put at the end, where the loop comes to it again. */
  #takeBatch(): [K, PromiseWithResolvers<V | undefined>][] {
    const batch: [K, PromiseWithResolvers<V | undefined>][] = [];
    for (const [asker, asked] of this.#waiting) {
      if (batch.length >= maxKeys) break;
      const most = Math.min(batch.length + keysPerRound, maxKeys);
      for (const one of asked) {
        if (batch.length >= most) break;
        batch.push(one);
        asked.delete(one[0]);
      }
      this.#waiting.delete(asker);
      if (asked.size > 0) this.#waiting.set(asker, asked);
    }
    return batch;
  }
}
