import type { Principal } from '@iotcore/model';
import { type Rate, TokenBucket } from '@iotcore/process';
import type { FleetUsage, SharedRate } from './fleet-usage.ts';
import type { MessageRates } from './tenant-limits.ts';

/** Senders that are kept before those are dropped that are within their rate again. */
const fewestBeforePruning = 64;

/** Among all nodes of a cluster it is known by its key. */
class Sender implements SharedRate {
  readonly key: string;
  readonly bucket = new TokenBucket();
  round = 0;
  taken = 0;
  rate: Rate;

  constructor(key: string, rate: Rate) {
    this.key = key;
    this.rate = rate;
  }
}

/** Where the messages of a tenant's senders are counted beside those that other nodes admit. */
export interface SharedCount {
  readonly tenant: string;
  readonly usage: FleetUsage;
}

/** Counts the messages of one tenant against the rate of their senders, over all of their connections. */
export class MessageRate {
  readonly #rates: Readonly<Record<Principal['kind'], Rate | undefined>>;
  readonly #shared: SharedCount | undefined;
  readonly #senders = new Map<string, Sender>();
  #pruneAt = fewestBeforePruning;

  constructor({ device, registry, broker }: MessageRates, windowMs = 1000, shared?: SharedCount) {
    this.#shared = shared;
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
    if (known) return this.#take(known, rate, nowMs);
    if (this.#senders.size >= this.#pruneAt) this.#prune(nowMs);
    const added = new Sender(this.#shared ? `messages ${this.#shared.tenant} ${sender}` : '', rate);
    this.#senders.set(sender, added);
    return this.#take(added, rate, nowMs);
  }

  #take(sender: Sender, rate: Rate, nowMs: number): number {
    const usage = this.#shared?.usage;
    if (usage === undefined) return sender.bucket.take(rate, nowMs);
    const excessMs = sender.bucket.take(usage.rateOf(sender, rate), nowMs);
    if (excessMs === 0) usage.took(sender, rate);
    return excessMs;
  }

  /** A sender whose bucket is full is as good as unknown. Looked at each time their number has doubled. */
  #prune(nowMs: number): void {
    for (const [sender, { bucket }] of this.#senders) if (bucket.isFull(nowMs)) this.#senders.delete(sender);
    this.#pruneAt = Math.max(fewestBeforePruning, 2 * this.#senders.size);
  }
}

/** As many messages as a window (a second) allows may come at once. */
function toRate(most: number | undefined, windowMs: number): Rate | undefined {
  if (most === undefined) return undefined;
  return { perSecond: (most * 1000) / windowMs, burst: Math.max(1, most) };
}
