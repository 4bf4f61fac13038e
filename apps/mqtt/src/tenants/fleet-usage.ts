/**
 * Limits that all nodes of a cluster share. Each second a node tells the others what it uses of those that it uses much of, and
 * takes for itself what they leave. So a limit is passed by what the nodes admit within a second, and by the little that
 * none of them tells: less than a tenth of the limit for each.
 */
import type { Rate } from '@iotcore/process';

/** What a node hears of the others, and tells them. */
export interface Fleet {
  /** Nodes that serve, this one among them. */
  readonly size: number;
  /** What the others use, by key. */
  readonly usedByOthers: ReadonlyMap<string, number>;
  tellUsage(used: ReadonlyMap<string, number>): void;
}

/** Of a limit a node tells when it uses this part. */
const toldPart = 0.1;
/** And when it holds at least so much: most clients have one session, and nobody has to hear of it. A small rate is told from 1 on. */
const leastHeldTold = 2;
/** Keys of one telling, some 60 bytes each. More are not told, and count for nothing elsewhere until there are fewer. */
const mostTold = 4_096;

/** A sender whose messages are counted against a rate, in this round. */
export interface SharedRate {
  /** Names it among all nodes. */
  readonly key: string;
  round: number;
  taken: number;
  rate: Rate;
}

export class FleetUsage {
  readonly #fleet: Fleet;
  /** What is held here, as far as it is told. */
  readonly #held = new Map<string, number>();
  /** Senders of this round that send enough to be told of. */
  readonly #busy = new Set<SharedRate>();
  #round = 1;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
  }

  /** What the others hold. */
  heldByOthers(key: string): number {
    return this.#fleet.usedByOthers.get(key) ?? 0;
  }

  /** So many are held here now, of so many that all nodes may hold together. */
  holds(key: string, count: number, most: number): void {
    if (count >= Math.max(leastHeldTold, told(most))) this.#held.set(key, count);
    else this.#held.delete(key);
  }

  /** The part of a rate that this node may admit: what the others left of it last time, and at least as much as each. */
  rateOf(sender: SharedRate, whole: Rate): Rate {
    if (sender.round === this.#round) return sender.rate;
    sender.round = this.#round;
    sender.taken = 0;
    const { size, usedByOthers } = this.#fleet;
    const others = usedByOthers.get(sender.key) ?? 0;
    const share = Math.max(1 / size, 1 - others / whole.perSecond);
    sender.rate =
      share >= 1 ? whole : { perSecond: whole.perSecond * share, burst: Math.max(1, whole.burst * share) };
    return sender.rate;
  }

  /** A message was admitted. */
  took(sender: SharedRate, whole: Rate): void {
    sender.taken++;
    if (sender.taken === told(whole.perSecond)) this.#busy.add(sender);
  }

  /** To be called once a second: tells the others, and begins a new round. */
  tell(): void {
    const used = new Map(this.#held);
    for (const { key, taken } of this.#busy) used.set(key, taken);
    this.#busy.clear();
    this.#round++;
    if (this.#fleet.size > 1) this.#fleet.tellUsage(new Map([...used].slice(0, mostTold)));
  }
}

function told(most: number): number {
  return Math.max(1, Math.floor(most * toldPart));
}
