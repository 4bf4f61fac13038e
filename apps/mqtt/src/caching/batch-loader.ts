/** Answers for those of the keys that exist. */
export type LoadMany<K, V> = (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>;

/** Keys in one query: what ten thousand reconnecting devices ask becomes a hundred queries. */
const MAX_KEYS = 100;
/** Queries at the same time, so that a storm leaves most of the connection pool to others. */
const MAX_RUNNING = 4;

/** Gathers look-ups by key that are asked for while others run, and makes one query of them. */
export class BatchLoader<K, V> {
  readonly #loadMany: LoadMany<K, V>;
  #waiting = new Map<K, PromiseWithResolvers<V | undefined>>();
  #running = 0;
  #scheduled = false;

  constructor(loadMany: LoadMany<K, V>) {
    this.#loadMany = loadMany;
  }

  /** The value, read from the database after this call; undefined if there is none. */
  load(key: K): Promise<V | undefined> {
    // Only what is not under way yet may be shared: a query that runs may have missed the latest change.
    const shared = this.#waiting.get(key);
    if (shared) return shared.promise;
    const asked = Promise.withResolvers<V | undefined>();
    this.#waiting.set(key, asked);
    this.#schedule();
    return asked.promise;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Whatever else is asked for in this turn of the event loop comes along.
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#waiting.size > 0 && this.#running < MAX_RUNNING) void this.#runNext();
    });
  }

  async #runNext(): Promise<void> {
    const batch = new Map([...this.#waiting].slice(0, MAX_KEYS));
    for (const key of batch.keys()) this.#waiting.delete(key);
    this.#running++;
    try {
      const found = await this.#loadMany([...batch.keys()]);
      for (const [key, asked] of batch) asked.resolve(found.get(key));
    } catch (error) {
      for (const asked of batch.values()) asked.reject(error);
    } finally {
      this.#running--;
      if (this.#waiting.size > 0) this.#schedule();
    }
  }
}
