/** Keys counted at a time; beyond, the oldest is forgotten. Some 150 bytes each. */
const maxKeys = 10_000;

interface Window {
  count: number;
  readonly endsAtMs: number;
}

/** Bounds how often something may happen for each key (a caller, an address) within a window of time. */
export class KeyedRate {
  readonly #max: number;
  readonly #windowMs: number;
  readonly #now: () => number;
  readonly #windows = new Map<string, Window>();

  /** `max` in each window of `windowMs`, which begins at a key's first use. `now` in ms, for tests. */
  constructor(max: number, windowMs: number, now: () => number = () => performance.now()) {
    this.#max = max;
    this.#windowMs = windowMs;
    this.#now = now;
  }

  /** Counts one use. Undefined if it is within the rate; otherwise the whole seconds, at least 1, until the next window. */
  take(key: string): number | undefined {
    const now = this.#now();
    const window = this.#windows.get(key);
    if (window === undefined || window.endsAtMs <= now) {
      this.#begin(key, now);
      return this.#max > 0 ? undefined : Math.ceil(this.#windowMs / 1000);
    }
    window.count += 1;
    return window.count <= this.#max ? undefined : Math.max(1, Math.ceil((window.endsAtMs - now) / 1000));
  }

  #begin(key: string, now: number): void {
    // Deleted first, so that the order of the map is that in which the windows began.
    if (!this.#windows.delete(key) && this.#windows.size >= maxKeys) {
      const [oldest = ''] = this.#windows.keys();
      this.#windows.delete(oldest);
    }
    this.#windows.set(key, { count: 1, endsAtMs: now + this.#windowMs });
  }
}
