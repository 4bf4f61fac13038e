/**
 * Who hears what: subscriptions by space, and for a topic of a space its receivers. A filter meets topics of its own
 * space only (see port.ts). Knows nothing of sockets or packets; `S` is whatever can receive.
 *
 * Answers are cached, for all spaces together up to a weight, oldest out first. A changed subscription makes stale just
 * the answers that it may touch: that of one topic if the filter has no wildcard, else those of its space; and those of
 * the branches of its space.
 */
import type { Qos } from '../port.ts';
import { CachedReceivers, noReceivers, type ReceiverLists, type Receivers } from './receivers.ts';
import { Space } from './space.ts';
import { hasWildcard } from './topic-name.ts';

export interface RouterLimits {
  /**
   * Bound of the cache of answers, in receivers: an answer weighs 8 (what it costs by itself) and 1 for each receiver
   * that it lists. One unit is about 16 bytes.
   */
  readonly maxCacheWeight: number;
}

/** 16 MiB or so: 100,000 topics of one receiver each. */
export const defaultRouterLimits: RouterLimits = { maxCacheWeight: 1_000_000 };

const answerWeight = 8;

export class Router<S extends object> {
  readonly #spaces = new Map<string, Space<S>>();
  readonly #maxCacheWeight: number;
  /** Answers in the order of their making; those gone stale meanwhile keep their place and weight until their turn comes. */
  #cached: CacheEntry<S>[] = [];
  #oldest = 0;
  #cacheWeight = 0;
  /** The answer for every space without subscribers; stale as soon as any space gets its first. */
  #nobody = new CachedReceivers<S>(noReceivers);
  #subscriptions = 0;

  constructor(limits: RouterLimits = defaultRouterLimits) {
    this.#maxCacheWeight = limits.maxCacheWeight;
  }

  /** How many (space, filter, subscriber) there are. */
  get subscriptions(): number {
    return this.#subscriptions;
  }

  /** Spaces that have subscribers; others cost nothing. */
  get spaces(): number {
    return this.#spaces.size;
  }

  /** How many receivers the cache holds, in the unit of `maxCacheWeight`. */
  get cacheWeight(): number {
    return this.#cacheWeight;
  }

  hasSubscribers(space: string): boolean {
    return this.#spaces.has(space);
  }

  /** Subscribes, or replaces the QoS of an earlier subscription to the same filter [MQTT-3.8.4-3]. True if it is new. */
  subscribe(spaceName: string, filter: string, subscriber: S, qos: Qos): boolean {
    let space = this.#spaces.get(spaceName);
    if (!space) {
      space = new Space();
      this.#spaces.set(spaceName, space);
      this.#nobody.expire();
      this.#nobody = new CachedReceivers<S>(noReceivers);
    }
    const added = space.subscribe(filter, subscriber, qos);
    if (added) this.#subscriptions++;
    this.#expire(space, filter);
    return added;
  }

  /** True if the subscription was there. */
  unsubscribe(spaceName: string, filter: string, subscriber: S): boolean {
    const space = this.#spaces.get(spaceName);
    if (!space?.unsubscribe(filter, subscriber)) return false;
    this.#subscriptions--;
    if (space.isEmpty) {
      this.#spaces.delete(spaceName);
      expireAll(space.answers);
      expireAll(space.branchAnswers);
    } else {
      this.#expire(space, filter);
    }
    return true;
  }

  /** Who hears `topic` in this space, each receiver once, at the highest QoS of its matching filters. */
  receivers(spaceName: string, topic: string): Receivers<S> {
    const space = this.#spaces.get(spaceName);
    if (!space) return this.#nobody;
    return space.answers.get(topic) ?? this.#keep(space.answers, topic, space.match(topic));
  }

  /**
   * Who hears every topic in this space that begins with `beginning`, which ends with a slash, and goes on; undefined if
   * that depends on how it goes on.
   */
  branchReceivers(spaceName: string, beginning: string): Receivers<S> | undefined {
    const space = this.#spaces.get(spaceName);
    if (!space) return this.#nobody;
    const known = space.branchAnswers.get(beginning);
    if (known) return known;
    const lists = space.matchBranch(beginning);
    return lists && this.#keep(space.branchAnswers, beginning, lists);
  }

  #keep(answers: Map<string, CachedReceivers<S>>, key: string, lists: ReceiverLists<S>): Receivers<S> {
    const answer = new CachedReceivers(lists);
    answers.set(key, answer);
    const weight = answerWeight + answer.atQos0.length + answer.atQos1.length;
    this.#cached.push({ answers, key, answer, weight });
    this.#cacheWeight += weight;
    // The newest stays whatever it weighs: an answer that is stale at birth would be asked for again in the same breath.
    while (this.#cacheWeight > this.#maxCacheWeight && this.#oldest < this.#cached.length - 1)
      this.#evictOldest();
    return answer;
  }

  #evictOldest(): void {
    const entry = this.#cached[this.#oldest++] as CacheEntry<S>;
    this.#cacheWeight -= entry.weight;
    if (!entry.answer.stale) {
      entry.answer.expire();
      entry.answers.delete(entry.key);
    }
    // The evicted half is cut off at once, so that each entry is moved once on average.
    if (this.#oldest * 2 > this.#cached.length) {
      this.#cached = this.#cached.slice(this.#oldest);
      this.#oldest = 0;
    }
  }

  /** Each answer is dropped at most once for each time that it was made, so this costs nothing that was not paid before. */
  #expire(space: Space<S>, filter: string): void {
    expireAll(space.branchAnswers);
    if (!hasWildcard(filter)) {
      space.answers.get(filter)?.expire();
      space.answers.delete(filter);
      return;
    }
    expireAll(space.answers);
  }
}

function expireAll<S>(answers: Map<string, CachedReceivers<S>>): void {
  for (const answer of answers.values()) answer.expire();
  answers.clear();
}

interface CacheEntry<S extends object> {
  /** Where it lies, and under what. */
  readonly answers: Map<string, CachedReceivers<S>>;
  readonly key: string;
  readonly answer: CachedReceivers<S>;
  readonly weight: number;
}
