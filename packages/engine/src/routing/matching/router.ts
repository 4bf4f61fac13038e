/**
 * Subscriptions by namespace, and for a topic of a namespace its receivers. A filter meets topics of its own
 * namespace only (see port.ts). Knows nothing of sockets or packets; `S` is whatever can receive.
 *
 * Answers are cached, for all namespaces together up to a weight, oldest out first. A changed subscription makes stale just
 * the answers that it may touch: that of one topic if the filter has no wildcard, else those of its namespace; and those of
 * the prefixes of its namespace.
 */
import type { Qos } from '../../port.ts';
import { Namespace } from './namespace.ts';
import { CachedReceivers, noReceivers, type ReceiverLists, type Receivers } from './receivers.ts';
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
  readonly #namespaces = new Map<string, Namespace<S>>();
  readonly #maxCacheWeight: number;
  /**
   * Answers in the order in which they were made; stale ones keep their place and weight until their turn to be dropped
   * comes.
   */
  #cached: CacheEntry<S>[] = [];
  #oldest = 0;
  #cacheWeight = 0;
  /** The answer for every namespace without subscribers; stale as soon as any namespace gets its first. */
  #nobody = new CachedReceivers<S>(noReceivers);
  #subscriptions = 0;

  constructor(limits: RouterLimits = defaultRouterLimits) {
    this.#maxCacheWeight = limits.maxCacheWeight;
  }

  /** How many (namespace, filter, subscriber) there are. */
  get subscriptions(): number {
    return this.#subscriptions;
  }

  /** Namespaces that have subscribers; others cost nothing. */
  get namespaces(): number {
    return this.#namespaces.size;
  }

  /** How many receivers the cache holds, in the unit of `maxCacheWeight`. */
  get cacheWeight(): number {
    return this.#cacheWeight;
  }

  hasSubscribers(namespace: string): boolean {
    return this.#namespaces.has(namespace);
  }

  /** False: the namespace has as many manifold filters as it may (manifold.ts), and this would be one more. */
  hasRoom(namespaceName: string, filter: string): boolean {
    return this.#namespaces.get(namespaceName)?.hasRoom(filter) ?? true;
  }

  /** Subscribes, or replaces the QoS of an earlier subscription to the same filter [MQTT-3.8.4-3]. True if it is new. */
  subscribe(namespaceName: string, filter: string, subscriber: S, qos: Qos): boolean {
    let namespace = this.#namespaces.get(namespaceName);
    if (!namespace) {
      namespace = new Namespace();
      this.#namespaces.set(namespaceName, namespace);
      this.#nobody.expire();
      this.#nobody = new CachedReceivers<S>(noReceivers);
    }
    const added = namespace.subscribe(filter, subscriber, qos);
    if (added) this.#subscriptions++;
    this.#expire(namespace, filter);
    return added;
  }

  /** True if the subscription was there. */
  unsubscribe(namespaceName: string, filter: string, subscriber: S): boolean {
    const namespace = this.#namespaces.get(namespaceName);
    if (!namespace?.unsubscribe(filter, subscriber)) return false;
    this.#subscriptions--;
    if (namespace.isEmpty) {
      this.#namespaces.delete(namespaceName);
      expireAll(namespace.answers);
      expireAll(namespace.prefixAnswers);
    } else {
      this.#expire(namespace, filter);
    }
    return true;
  }

  /** The receivers of `topic` in this namespace, each once, at the highest QoS of its matching filters. */
  receivers(namespaceName: string, topic: string): Receivers<S> {
    const namespace = this.#namespaces.get(namespaceName);
    if (!namespace) return this.#nobody;
    return namespace.answers.get(topic) ?? this.#keep(namespace.answers, topic, namespace.match(topic));
  }

  /** Tells which subscribers receive the topic, as long as no subscription changes. */
  receives(namespaceName: string, topic: string): (subscriber: S) => boolean {
    const sets = this.#namespaces.get(namespaceName)?.setsOf(topic) ?? [];
    return (subscriber) => sets.some((set) => set.has(subscriber));
  }

  /**
   * The receivers of every topic in this namespace that begins with `prefix`, which ends with a slash, and goes on; undefined if
   * that depends on how it goes on.
   */
  prefixReceivers(namespaceName: string, prefix: string): Receivers<S> | undefined {
    const namespace = this.#namespaces.get(namespaceName);
    if (!namespace) return this.#nobody;
    const known = namespace.prefixAnswers.get(prefix);
    if (known) return known;
    const lists = namespace.matchPrefix(prefix);
    return lists && this.#keep(namespace.prefixAnswers, prefix, lists);
  }

  #keep(answers: Map<string, CachedReceivers<S>>, key: string, lists: ReceiverLists<S>): Receivers<S> {
    const answer = new CachedReceivers(lists);
    answers.set(key, answer);
    const weight = answerWeight + answer.atQos0.length + answer.atQos1.length;
    this.#cached.push({ answers, key, answer, weight });
    this.#cacheWeight += weight;
    // The newest stays whatever it weighs: an answer that is stale from the start would be asked for again at once.
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
  #expire(namespace: Namespace<S>, filter: string): void {
    expireAll(namespace.prefixAnswers);
    if (!hasWildcard(filter)) {
      namespace.answers.get(filter)?.expire();
      namespace.answers.delete(filter);
      return;
    }
    expireAll(namespace.answers);
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
