import { LruMap } from '../caching/lru-map.ts';

/** How many may come at once, and how long one of them takes to be forgiven. */
export interface Budget {
  readonly most: number;
  readonly refillMs: number;
}

/** Counts by key, and forgives at a steady rate. */
export class RefillingCounter {
  readonly #now: () => number;
  /** When all of a key will be forgiven, in ms. */
  readonly #forgivenAt: LruMap<string, number>;

  constructor(capacity: number, now: () => number) {
    this.#forgivenAt = new LruMap(capacity);
    this.#now = now;
  }

  isSpent(key: string, { most, refillMs }: Budget): boolean {
    return (this.#forgivenAt.get(key) ?? 0) - this.#now() > (most - 1) * refillMs;
  }

  add(key: string, { refillMs }: Budget): void {
    const from = Math.max(this.#forgivenAt.get(key) ?? 0, this.#now());
    this.#forgivenAt.set(key, from + refillMs);
  }

  remove(key: string, { refillMs }: Budget): void {
    const forgivenAt = this.#forgivenAt.get(key);
    if (forgivenAt !== undefined) this.#forgivenAt.set(key, forgivenAt - refillMs);
  }
}
