/**
 * Slows guessing at passwords. Failures are counted for each pair of address and user name, for each address, and for
 * each user name; who has used up one of them is told to come again later, before any hash is computed. Nothing is ever
 * locked: a budget refills by itself, and an address from which an ID has logged in is not held up by what others, or its
 * neighbours, do. User names that exist and that do not are counted alike. Of IPv6 a whole /64 is one address.
 */
import { addressBlock } from '@iotcore/model';
import { LruMap } from '../caching/lru-map.ts';
import { type Budget, RefillingCounter } from './refilling-counter.ts';

/** A device with an old password that tries every few seconds is soon down to one try in ten. */
const ofPair: Budget = { most: 30, refillMs: 10_000 };
/** Thousands of devices may be behind one address; a guesser there costs at most half of one core in hashes. */
const ofAddress: Budget = { most: 1000, refillMs: 50 };
/** Guesses at one ID from many addresses. */
const ofUsername: Budget = { most: 100, refillMs: 1000 };
/** Names and addresses remembered, some 100 bytes each; who floods them out has only bought what the others have. */
const capacity = 50_000;

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
  readonly #pairs: RefillingCounter;
  readonly #addresses: RefillingCounter;
  readonly #usernames: RefillingCounter;
  /** Pairs that have logged in. */
  readonly #verified = new LruMap<string, true>(capacity);

  constructor(now: () => number = () => performance.now()) {
    this.#pairs = new RefillingCounter(capacity, now);
    this.#addresses = new RefillingCounter(capacity, now);
    this.#usernames = new RefillingCounter(capacity, now);
  }

  /**
   * A try for this name from this address, unless too many have failed. For the name it counts as failed from now on, so
   * that a thousand at once are no way around, until its outcome is known to be another. For the address it does not: a
   * whole fleet may come back at once from behind one, and what is checked at once is bounded anyway.
   */
  admit(address: string, username: string): LoginAttempt | undefined {
    const block = addressBlock(address);
    const pair = pairOf(block, username);
    if (this.#pairs.isSpent(pair, ofPair)) return undefined;
    const isProven = this.#verified.get(pair) === true;
    if (
      !isProven &&
      (this.#addresses.isSpent(block, ofAddress) || this.#usernames.isSpent(username, ofUsername))
    )
      return undefined;
    this.#pairs.add(pair, ofPair);
    this.#usernames.add(username, ofUsername);
    const forgive = () => {
      this.#pairs.remove(pair, ofPair);
      this.#usernames.remove(username, ofUsername);
    };
    return {
      forgive,
      fail: () => this.#addresses.add(block, ofAddress),
      succeed: () => {
        forgive();
        this.#verified.set(pair, true);
      },
    };
  }
}

/** No block holds a space. */
function pairOf(block: string, username: string): string {
  return `${block} ${username}`;
}
