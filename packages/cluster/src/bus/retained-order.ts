/**
 * Two nodes may store messages of one topic in one order, and their subscribers hear them in the other: each node hands over
 * its own when it is stored. Whoever has handed over an older message after a newer one reads what is stored, and hands that
 * over again: so the last that is heard is what is stored.
 */
import type { RetainedPlace } from '@iotcore/engine/native';
import type { Clock } from '../clock.ts';

export interface StoredMessage {
  /** Empty: the topic has been cleared. */
  readonly payload: Buffer;
  readonly version: number;
}

export interface RetainedOrderParts {
  readonly clock: Clock;
  /** What is stored now; undefined: nothing. */
  read(namespace: string, topic: string): Promise<StoredMessage | undefined>;
}

/** Topics whose last version is remembered, some 200 bytes each: those on which messages meet are among the latest. */
const maxTopics = 16_384;
/** The database is asked again after this time, in ms, and so often. */
const againMs = 500;
const mostAttempts = 120;

export class RetainedOrder {
  readonly #parts: RetainedOrderParts;
  /** The highest version that was handed over here, the latest topic last. */
  readonly #versions = new Map<string, number>();
  /** Topics that are being read. */
  readonly #reading = new Set<string>();

  constructor(parts: RetainedOrderParts) {
    this.#parts = parts;
  }

  /** A message was handed over to the subscribers here. `again` hands over another on the same route. */
  handedOver({ namespace, topic, version }: RetainedPlace, again: (payload: Buffer) => void): void {
    const key = `${namespace}\0${topic}`;
    const highest = this.#versions.get(key) ?? version;
    this.#versions.delete(key);
    this.#versions.set(key, Math.max(version, highest));
    if (this.#versions.size > maxTopics) this.#forgetOldest();
    if (version >= highest || this.#reading.has(key)) return;
    this.#reading.add(key);
    this.#readAgain(namespace, topic, key, again, mostAttempts);
  }

  #readAgain(
    namespace: string,
    topic: string,
    key: string,
    again: (payload: Buffer) => void,
    attempts: number,
  ): void {
    this.#parts.read(namespace, topic).then(
      (stored) => {
        this.#reading.delete(key);
        again(stored?.payload ?? Buffer.alloc(0));
        if (stored) this.#versions.set(key, Math.max(stored.version, this.#versions.get(key) ?? 0));
      },
      () => {
        if (attempts > 1)
          this.#parts.clock.after(againMs, () => this.#readAgain(namespace, topic, key, again, attempts - 1));
        else this.#reading.delete(key);
      },
    );
  }

  #forgetOldest(): void {
    for (const key of this.#versions.keys()) {
      this.#versions.delete(key);
      return;
    }
  }
}
