/**
 * Slows guessing at passwords. Failures are counted for each pair of address and user name, for each address, and for
 * each user name; who has used up one of them is told to come again later, before any hash is computed. Nothing is ever
 * locked: a budget refills by itself, and an address from which an ID has logged in is not held up by what others, or its
 * neighbours, do. User names that exist and that do not are counted alike.
 */
import { LruMap } from '../caching/lru-map.ts';

/** Failures that may come at once, and how long one of them takes to be forgiven. */
interface Budget {
  readonly failures: number;
  readonly refillMs: number;
}

/** A device with an old password that tries every few seconds is soon down to one try in ten. */
const OF_PAIR: Budget = { failures: 30, refillMs: 10_000 };
/** Thousands of devices may be behind one address; a guesser there costs at most half of one core in hashes. */
const OF_ADDRESS: Budget = { failures: 1000, refillMs: 50 };
/** Guesses at one ID from many addresses. */
const OF_USERNAME: Budget = { failures: 100, refillMs: 1000 };
/** Names and addresses remembered, some 100 bytes each; who floods them out has only bought what the others have. */
const CAPACITY = 50_000;

/** A try whose outcome is not known yet. */
export interface LoginAttempt {
  /** The password was right. */
  succeed(): void;
  /** It was wrong. */
  fail(): void;
  /** It could not be checked. */
  forgive(): void;
}

export class LoginThrottle {
  readonly #pairs: FailureCounter;
  readonly #addresses: FailureCounter;
  readonly #usernames: FailureCounter;
  /** Pairs that have logged in. */
  readonly #proven = new LruMap<string, true>(CAPACITY);

  constructor(now: () => number = () => performance.now()) {
    this.#pairs = new FailureCounter(OF_PAIR, now);
    this.#addresses = new FailureCounter(OF_ADDRESS, now);
    this.#usernames = new FailureCounter(OF_USERNAME, now);
  }

  /**
   * A try for this name from this address, unless too many have failed. For the name it counts as failed from now on, so
   * that a thousand at once are no way around, until its outcome is known to be another. For the address it does not: a
   * whole fleet may come back at once from behind one, and what is checked at once is bounded anyway.
   */
  admit(address: string, username: string): LoginAttempt | undefined {
    const pair = pairOf(address, username);
    if (this.#pairs.isSpent(pair)) return undefined;
    const isProven = this.#proven.get(pair) === true;
    if (!isProven && (this.#addresses.isSpent(address) || this.#usernames.isSpent(username)))
      return undefined;
    this.#pairs.add(pair);
    this.#usernames.add(username);
    const forgive = () => {
      this.#pairs.remove(pair);
      this.#usernames.remove(username);
    };
    return {
      forgive,
      fail: () => this.#addresses.add(address),
      succeed: () => {
        forgive();
        this.#proven.set(pair, true);
      },
    };
  }
}

/** No address holds a space. */
function pairOf(address: string, username: string): string {
  return `${address} ${username}`;
}

/** Counts failures by key, and forgives them at a steady rate. */
class FailureCounter {
  readonly #budget: Budget;
  readonly #now: () => number;
  /** When all failures of a key will be forgiven, in ms. */
  readonly #forgivenAt = new LruMap<string, number>(CAPACITY);

  constructor(budget: Budget, now: () => number) {
    this.#budget = budget;
    this.#now = now;
  }

  isSpent(key: string): boolean {
    const { failures, refillMs } = this.#budget;
    return (this.#forgivenAt.get(key) ?? 0) - this.#now() > (failures - 1) * refillMs;
  }

  add(key: string): void {
    const from = Math.max(this.#forgivenAt.get(key) ?? 0, this.#now());
    this.#forgivenAt.set(key, from + this.#budget.refillMs);
  }

  remove(key: string): void {
    const forgivenAt = this.#forgivenAt.get(key);
    if (forgivenAt !== undefined) this.#forgivenAt.set(key, forgivenAt - this.#budget.refillMs);
  }
}
