/** How often something may happen: `burst` times at once from rest, and `perSecond` times a second in the long run. */
export interface Rate {
  readonly perSecond: number;
  /** At least 1. */
  readonly burst: number;
}

/** Less is rounding of the clock and of fractions, no excess. */
const toleranceMs = 0.001;

/**
 * A token bucket, kept as the one time at which it would be full again (the "generic cell rate algorithm"). Times are
 * `performance.now()` of the owner's clock, in ms: a jump of the wall clock forgives nothing. A bucket is always used with
 * the same rate; it does not hold it, so that a hundred thousand buckets are a hundred thousand numbers.
 */
export class TokenBucket {
  #fullAtMs = 0;

  /** Takes a token and answers 0; or answers in how many ms there will be one, and takes none. */
  take(rate: Rate, nowMs: number): number {
    const waitMs = this.waitMs(rate, nowMs);
    if (waitMs === 0) this.spend(rate, nowMs);
    return waitMs;
  }

  /** In how many ms there will be a token; 0: there is one now. */
  waitMs({ perSecond, burst }: Rate, nowMs: number): number {
    const waitMs = this.#fullAtMs - nowMs - ((burst - 1) * 1000) / perSecond;
    return waitMs > toleranceMs ? waitMs : 0;
  }

  /** Takes a token even if there is none: for what has happened already. The debt is paid back like the rest. */
  spend({ perSecond }: Rate, nowMs: number): void {
    this.#fullAtMs = Math.max(this.#fullAtMs, nowMs) + 1000 / perSecond;
  }

  /** Puts a token back that was taken for what did not happen. */
  giveBack({ perSecond }: Rate): void {
    this.#fullAtMs -= 1000 / perSecond;
  }

  /** Whether it is as good as new, and its owner may forget it. */
  isFull(nowMs: number): boolean {
    return this.#fullAtMs <= nowMs;
  }
}
