/** The first time that something failed; doubled with each time after it. In ms. */
export const firstMs = 1000;
/** Chance may make a wait short, but not to nothing. */
const leastMs = 100;

/** How long to wait before a target is tried again: twice as long each time, and all of it left to chance (full jitter). */
export class RetryDelay {
  readonly #longestMs: number;
  readonly #random: () => number;
  #failures = 0;

  /** `random`: from 0 to less than 1, for tests. */
  constructor(longestMs: number, random: () => number = Math.random) {
    this.#longestMs = longestMs;
    this.#random = random;
  }

  /** The next wait. `askedMs`: what the target asked for. */
  next(askedMs?: number): number {
    const most = Math.min(firstMs * 2 ** Math.min(this.#failures, 30), this.#longestMs);
    this.#failures += 1;
    return Math.max(leastMs, askedMs ?? 0, this.#random() * most);
  }

  /** It worked. */
  reset(): void {
    this.#failures = 0;
  }
}
