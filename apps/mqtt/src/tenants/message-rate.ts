import type { Principal } from '@iotcore/model';
import { type Rate, TokenBucket } from '@iotcore/process';
import type { MessageRates } from './tenant-limits.ts';

/** Senders that are kept before those are dropped that are within their rate again. */
const fewestBeforePruning = 64;

/** Counts the messages of one tenant against the rate of their senders, over all of their connections here. */
export class MessageRate {
  readonly #rates: Readonly<Record<Principal['kind'], Rate | undefined>>;
  readonly #senders = new Map<string, TokenBucket>();
  #pruneAt = fewestBeforePruning;

  constructor({ device, registry, broker }: MessageRates, windowMs = 1000) {
    const rate = (most: number | undefined) => toRate(most, windowMs);
    this.#rates = { device: rate(device), registry: rate(registry), broker: rate(broker) };
  }

  /** Is nobody ahead of its rate? Then nothing has to be remembered. */
  isIdle(nowMs: number): boolean {
    this.#prune(nowMs);
    return this.#senders.size === 0;
  }

  /** Counts a message and answers 0; or answers how many ms it is too early, and does not count it. */
  excessMs({ kind, id }: Principal, nowMs: number): number {
    const rate = this.#rates[kind];
    if (rate === undefined) return 0;
    // Only devices share a tenant with others, and no device has an empty ID.
    const sender = kind === 'device' ? id : '';
    const known = this.#senders.get(sender);
    if (known) return known.take(rate, nowMs);
    if (this.#senders.size >= this.#pruneAt) this.#prune(nowMs);
    const bucket = new TokenBucket();
    this.#senders.set(sender, bucket);
    return bucket.take(rate, nowMs);
  }

  /** A sender whose bucket is full is as good as unknown. Looked at each time their number has doubled. */
  #prune(nowMs: number): void {
    for (const [sender, bucket] of this.#senders) if (bucket.isFull(nowMs)) this.#senders.delete(sender);
    this.#pruneAt = Math.max(fewestBeforePruning, 2 * this.#senders.size);
  }
}

/** As many messages as a window (a second) allows may come at once. */
function toRate(most: number | undefined, windowMs: number): Rate | undefined {
  if (most === undefined) return undefined;
  return { perSecond: (most * 1000) / windowMs, burst: Math.max(1, most) };
}
