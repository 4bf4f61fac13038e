/**
 * Slows guessing at passwords. Failures are counted for each pair of address and user name, for each address, and for
 * each user name; a client that has used up one of them is told to come again later, before any hash is computed. Nothing is ever
 * locked: a budget refills by itself, and an address from which an ID has logged in is not held up by what others, or its
 * neighbours, do. User names that exist and that do not are counted alike. Of IPv6 a whole /64 is one address.
 */

import { addressBlock } from '@iotcore/model';
import { LruMap, type Rate, TokenBuckets } from '@iotcore/process';

interface Budgets {
  /** A device with an old password that tries every few seconds is soon down to one try in ten. */
  readonly pair: Rate;
  /** Thousands of devices may be behind one address; a guesser there costs at most half of one core in hashes. */
  readonly address: Rate;
  /** Guesses at one ID from many addresses. */
  readonly username: Rate;
}

const wholeBudgets: Budgets = {
  pair: { burst: 30, perSecond: 1 / 10 },
  address: { burst: 1000, perSecond: 20 },
  username: { burst: 100, perSecond: 1 },
};
/** Names and addresses remembered, some 100 bytes each; a client that floods them out has only bought what the others have. */
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
  readonly #pairs: TokenBuckets;
  readonly #addresses: TokenBuckets;
  readonly #usernames: TokenBuckets;
  /** Pairs that have logged in. */
  readonly #verified = new LruMap<string, true>(capacity);
  readonly #nodes: () => number;

  /** `nodes`: of a fleet, among which guesses spread: each forgives its part of them. */
  constructor(now: () => number = () => performance.now(), nodes: () => number = () => 1) {
    this.#nodes = nodes;
    this.#pairs = new TokenBuckets(capacity, now);
    this.#addresses = new TokenBuckets(capacity, now);
    this.#usernames = new TokenBuckets(capacity, now);
  }

  /**
   * A try for this name from this address, unless too many have failed. For the name it counts as failed from now on, so
   * that a thousand at once are no way around, until its outcome is known to be another. For the address it does not: a
   * whole fleet may come back at once from behind one, and what is checked at once is bounded anyway.
   */
  admit(address: string, username: string): LoginAttempt | undefined {
    const block = addressBlock(address);
    const budgets = budgetsOf(this.#nodes());
    const pair = pairOf(block, username);
    if (this.#pairs.waitMs(pair, budgets.pair) > 0) return undefined;
    const isProven = this.#verified.get(pair) === true;
    if (
      !isProven &&
      (this.#addresses.waitMs(block, budgets.address) > 0 ||
        this.#usernames.waitMs(username, budgets.username) > 0)
    )
      return undefined;
    this.#pairs.spend(pair, budgets.pair);
    this.#usernames.spend(username, budgets.username);
    const forgive = () => {
      this.#pairs.giveBack(pair, budgets.pair);
      this.#usernames.giveBack(username, budgets.username);
    };
    return {
      forgive,
      fail: () => this.#addresses.spend(block, budgets.address),
      succeed: () => {
        forgive();
        this.#verified.set(pair, true);
      },
    };
  }
}

/** Of one of so many nodes. */
function budgetsOf(nodes: number): Budgets {
  if (nodes === 1) return wholeBudgets;
  const part = ({ burst, perSecond }: Rate) => ({
    burst: Math.max(1, burst / nodes),
    perSecond: perSecond / nodes,
  });
  const { pair, address, username } = wholeBudgets;
  return { pair: part(pair), address: part(address), username: part(username) };
}

/** No block holds a space. */
function pairOf(block: string, username: string): string {
  return `${block} ${username}`;
}
