import { setTimeout as sleep } from 'node:timers/promises';

export interface BackOffLimits {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * How long to wait before something is tried again: twice as long each time, up to the longest. Up to half of each wait is left
 * to chance, so that clients that lost the same server do not all come back to it at once.
 */
export class BackOff {
  readonly #limits: BackOffLimits;
  readonly #random: () => number;
  #nextMs: number;
  #isFresh = true;

  /** `random`: from 0 to less than 1, for tests. */
  constructor(limits: BackOffLimits, random: () => number = Math.random) {
    this.#limits = limits;
    this.#random = random;
    this.#nextMs = limits.firstMs;
  }

  /** Whether nothing was waited for since the beginning, or since `reset`. */
  get isFresh(): boolean {
    return this.#isFresh;
  }

  /** The next wait in ms. */
  next(): number {
    const ms = this.#nextMs;
    this.#isFresh = false;
    this.#nextMs = Math.min(2 * ms, this.#limits.longestMs);
    return ms * (1 - this.#random() / 2);
  }

  /** It worked: the next wait is the first again. */
  reset(): void {
    this.#nextMs = this.#limits.firstMs;
    this.#isFresh = true;
  }

  /** Waits. @throws the reason of `signal` as an AbortError when it aborts */
  async wait(signal?: AbortSignal): Promise<void> {
    await sleep(this.next(), undefined, signal && { signal });
  }
}
