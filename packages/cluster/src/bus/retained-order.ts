/**
 * Two nodes may store messages of one topic in one order while their subscribers receive them in the other, since each node
 * hands over its own message when it has been stored. A node that has handed over an older message after a newer one reads
 * the retained message and hands that over again: so the last message that subscribers receive is the retained one.
 */
import type { RetainedPlace } from '@iotcore/engine/native';
import type { NodeClock } from '../clock.ts';

export interface RetainedContent {
  /** Empty: the topic has been cleared. */
  readonly payload: Buffer;
  readonly version: number;
}

export interface RetainedOrderParts {
  readonly clock: NodeClock;
  /** The retained message; undefined: there is none. */
  read(namespace: string, topic: string): Promise<RetainedContent | undefined>;
}

/** Versions of one topic. */
interface Heard {
  /** The highest version that was handed over to all subscribers of this node. */
  readonly handedOver: number;
  /** The highest version that any subscriber of this node has received, live or as the retained message. */
  readonly highest: number;
}

/** Hands over another message on the same route; without a version it says that the topic has been cleared. */
type HandOver = (payload: Buffer, version: number | undefined) => void;

/** Topics whose last version is remembered, some 200 bytes each: those on which messages meet are among the latest. */
const maxTopics = 16_384;
/** The database is asked again after this time, in ms, and so often. */
const againMs = 500;
const mostAttempts = 120;

export class RetainedOrder {
  readonly #parts: RetainedOrderParts;
  /** The latest topic last. */
  readonly #heard = new Map<string, Heard>();
  /** The highest version that was forgotten. A version that is not above it may be older than the last message of its topic. */
  #forgotten = 0;
  /** Topics that are being read. */
  readonly #reading = new Set<string>();

  constructor(parts: RetainedOrderParts) {
    this.#parts = parts;
  }

  /** A message was handed over to the subscribers here. `again` hands over another to the same. */
  handedOver({ namespace, topic, version }: RetainedPlace, again: HandOver): void {
    const key = keyOf(namespace, topic);
    const isNewest = version >= (this.#heard.get(key)?.highest ?? this.#forgotten);
    this.#remember(key, version, version);
    if (isNewest || this.#reading.has(key)) return;
    this.#reading.add(key);
    this.#readAgain({ namespace, topic, version }, key, again, mostAttempts);
  }

  /**
   * A subscriber gets this version as the retained message: an older one that arrives later must not be the last that it
   * receives.
   */
  read(namespace: string, topic: string, version: number): void {
    this.#remember(keyOf(namespace, topic), 0, version);
  }

  /** Is this version newer than all that were handed over here of its topic? True where that is not known any more. */
  isNews({ namespace, topic, version }: RetainedPlace): boolean {
    return version > (this.#heard.get(keyOf(namespace, topic))?.handedOver ?? 0);
  }

  #remember(key: string, handedOver: number, highest: number): void {
    const before = this.#heard.get(key) ?? unheard;
    this.#heard.delete(key);
    this.#heard.set(key, {
      handedOver: Math.max(handedOver, before.handedOver),
      highest: Math.max(highest, before.highest),
    });
    if (this.#heard.size > maxTopics) this.#forgetOldest();
  }

  #readAgain(older: RetainedPlace, key: string, again: HandOver, attempts: number): void {
    const highest = this.#heard.get(key)?.highest;
    this.#parts.read(older.namespace, older.topic).then(
      (stored) => {
        // A newer one was handed over meanwhile, and the answer may be from before it.
        if (this.#heard.get(key)?.highest !== highest) {
          this.#readAgain(older, key, again, attempts);
          return;
        }
        this.#reading.delete(key);
        if (stored && stored.version <= older.version) return;
        if (stored) this.#remember(key, stored.version, stored.version);
        again(stored?.payload ?? Buffer.alloc(0), stored?.version);
      },
      () => {
        if (attempts > 1)
          this.#parts.clock.after(againMs, () => this.#readAgain(older, key, again, attempts - 1));
        else this.#reading.delete(key);
      },
    );
  }

  #forgetOldest(): void {
    for (const [key, { highest }] of this.#heard) {
      this.#heard.delete(key);
      this.#forgotten = Math.max(this.#forgotten, highest);
      return;
    }
  }
}

const unheard: Heard = { handedOver: 0, highest: 0 };

function keyOf(namespace: string, topic: string): string {
  return `${namespace}\0${topic}`;
}
