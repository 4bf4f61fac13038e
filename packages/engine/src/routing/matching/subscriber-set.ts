import type { Qos } from '../../port.ts';
import { noReceivers, type ReceiverLists } from './receivers.ts';

/**
 * The subscribers of one filter in one namespace, each with its granted QoS. Most filters of a fleet have exactly one
 * subscriber, which is kept in place; a Map (some 300 bytes) is made for the second.
 */
export class SubscriberSet<S extends object> {
  #only: S | undefined;
  #onlyQos: Qos = 0;
  #all: Map<S, Qos> | undefined;
  #lists: ReceiverLists<S> | undefined;

  get size(): number {
    return this.#all ? this.#all.size : this.#only ? 1 : 0;
  }

  /** Adds a subscriber, or replaces its QoS [MQTT-3.8.4-3]. True if it was not there. */
  set(subscriber: S, qos: Qos): boolean {
    this.#lists = undefined;
    if (this.#all) {
      const before = this.#all.size;
      this.#all.set(subscriber, qos);
      return this.#all.size > before;
    }
    if (this.#only === undefined || this.#only === subscriber) {
      const added = this.#only === undefined;
      this.#only = subscriber;
      this.#onlyQos = qos;
      return added;
    }
    this.#all = new Map([
      [this.#only, this.#onlyQos],
      [subscriber, qos],
    ]);
    this.#only = undefined;
    return true;
  }

  has(subscriber: S): boolean {
    return this.#all ? this.#all.has(subscriber) : this.#only === subscriber;
  }

  /** True if it was there. */
  delete(subscriber: S): boolean {
    this.#lists = undefined;
    if (this.#all) return this.#all.delete(subscriber);
    if (this.#only !== subscriber) return false;
    this.#only = undefined;
    return true;
  }

  *[Symbol.iterator](): IterableIterator<[S, Qos]> {
    if (this.#all) yield* this.#all;
    else if (this.#only) yield [this.#only, this.#onlyQos];
  }

  /** The same lists for every topic that only this filter matches: a thousand topics under one `#` share one array. */
  lists(): ReceiverLists<S> {
    this.#lists ??= splitByQos(this);
    return this.#lists;
  }
}

/** The subscribers of several filters that match one topic: each once, with the highest QoS granted [MQTT-3.3.5-1]. */
export function mergeReceivers<S extends object>(sets: readonly SubscriberSet<S>[]): ReceiverLists<S> {
  const [first, second] = sets;
  if (first === undefined) return noReceivers;
  if (second === undefined) return first.lists();
  const highest = new Map<S, Qos>();
  for (const set of sets) {
    for (const [subscriber, qos] of set) {
      if (highest.get(subscriber) !== 1) highest.set(subscriber, qos);
    }
  }
  return splitByQos(highest);
}

function splitByQos<S>(granted: Iterable<[S, Qos]>): ReceiverLists<S> {
  const atQos0: S[] = [];
  const atQos1: S[] = [];
  for (const [subscriber, qos] of granted) (qos === 0 ? atQos0 : atQos1).push(subscriber);
  return { atQos0, atQos1 };
}
