import type { Principal } from '@iotcore/model';
import { LruMap } from '../caching/lru-map.ts';

/** Messages a second that one device, registry or broker may publish; undefined: as many as it likes. */
export type MessageRates = Readonly<Record<Principal['kind'], number | undefined>>;

/** Senders whose rate is watched, some 100 bytes each; who is forgotten may send a burst anew. */
const CAPACITY = 100_000;
/** What a sender may be ahead of its rate: a second's worth of messages at once. */
const BURST_MS = 1000;

interface Sender {
  /** When the messages so far would all have been due at the exact rate, in ms. */
  dueMs: number;
}

/** Counts messages against the rate of their sender, over all of its connections here. */
export class MessageQuotas {
  readonly #rates: MessageRates;
  readonly #now: () => number;
  readonly #senders = new LruMap<string, Sender>(CAPACITY);

  constructor(rates: MessageRates, now: () => number = () => performance.now()) {
    this.#rates = rates;
    this.#now = now;
  }

  /** Is anybody's rate limited at all? */
  get areSet(): boolean {
    return Object.values(this.#rates).some((rate) => rate !== undefined);
  }

  /** Counts a message and answers 0; or answers how many ms it is too early, and does not count it. */
  excessMs({ kind, id }: Principal): number {
    const rate = this.#rates[kind];
    if (rate === undefined) return 0;
    const now = this.#now();
    const key = `${kind}:${id}`;
    const sender = this.#senders.get(key);
    const dueMs = Math.max(sender?.dueMs ?? 0, now);
    const earlyMs = dueMs + 1000 / rate - now - BURST_MS;
    // A fraction of a ms early is rounding, not excess.
    if (earlyMs > 0.001 && dueMs > now) return earlyMs;
    if (sender) sender.dueMs = dueMs + 1000 / rate;
    else this.#senders.set(key, { dueMs: dueMs + 1000 / rate });
    return 0;
  }
}
