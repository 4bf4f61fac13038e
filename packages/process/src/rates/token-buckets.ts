import { LruMap } from '../lru-map.ts';
import { type Rate, TokenBucket } from './token-bucket.ts';

/**
 * Token buckets by key, for at most `capacity` of them, at some 100 bytes each. A key that is forgotten has a full bucket
 * again: a client that makes others forgotten by many keys gains no more than what these had.
 */
export class TokenBuckets {
  readonly #buckets: LruMap<string, TokenBucket>;
  readonly #now: () => number;

  /** `now`: in ms. By default the steady clock: a jump of the wall clock forgives nothing. */
  constructor(capacity: number, now: () => number = () => performance.now()) {
    this.#buckets = new LruMap(capacity);
    this.#now = now;
  }

  /** In how many ms the key has a token; 0: now. */
  waitMs(key: string, rate: Rate): number {
    return this.#buckets.get(key)?.waitMs(rate, this.#now()) ?? 0;
  }

  /** Takes a token and answers 0; or answers in how many ms there will be one, and takes none. */
  take(key: string, rate: Rate): number {
    const waitMs = this.waitMs(key, rate);
    if (waitMs === 0) this.spend(key, rate);
    return waitMs;
  }

  /** Takes a token, even if there is none. */
  spend(key: string, rate: Rate): void {
    const bucket = this.#buckets.get(key) ?? new TokenBucket();
    bucket.spend(rate, this.#now());
    this.#buckets.set(key, bucket);
  }

  /** Puts a token back that was taken for what did not happen. */
  giveBack(key: string, rate: Rate): void {
    this.#buckets.get(key)?.giveBack(rate);
  }
}
