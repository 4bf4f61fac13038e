import type { Qos } from '../../port.ts';
import { FilterTrie } from './filter-trie.ts';
import type { CachedReceivers, ReceiverLists } from './receivers.ts';
import { mergeReceivers, SubscriberSet } from './subscriber-set.ts';
import { hasWildcard, levelsOf } from './topic-name.ts';

/** Exact filters that are looked through to see whether one lies in a prefix; among more, one is taken to. */
const searchedExactFilters = 16;

/**
 * The subscriptions of one namespace. Filters without wildcards are most of a fleet's and match one topic each: they lie in
 * a Map by that topic, and only filters with wildcards go into the trie.
 */
export class Namespace<S extends object> {
  readonly #exact = new Map<string, SubscriberSet<S>>();
  #wildcards: FilterTrie<S> | undefined;
  /** Answers given for topics of this namespace, kept by the router's cache. */
  readonly answers = new Map<string, CachedReceivers<S>>();
  /** The same for prefixes. */
  readonly prefixAnswers = new Map<string, CachedReceivers<S>>();

  get isEmpty(): boolean {
    return this.#exact.size === 0 && !this.#wildcards;
  }

  /** False: it has as many manifold filters as it may (manifold.ts), and this would be one more. */
  hasRoom(filter: string): boolean {
    return this.#wildcards?.hasRoom(filter) ?? true;
  }

  /** True if the subscriber did not have this filter. */
  subscribe(filter: string, subscriber: S, qos: Qos): boolean {
    if (hasWildcard(filter)) {
      this.#wildcards ??= new FilterTrie();
      return this.#wildcards.set(filter, subscriber, qos);
    }
    let set = this.#exact.get(filter);
    if (!set) {
      set = new SubscriberSet();
      this.#exact.set(filter, set);
    }
    return set.set(subscriber, qos);
  }

  /** True if the subscriber had this filter. */
  unsubscribe(filter: string, subscriber: S): boolean {
    if (hasWildcard(filter)) {
      if (!this.#wildcards?.delete(filter, subscriber)) return false;
      if (this.#wildcards.isEmpty) this.#wildcards = undefined;
      return true;
    }
    const set = this.#exact.get(filter);
    if (!set?.delete(subscriber)) return false;
    if (set.size === 0) this.#exact.delete(filter);
    return true;
  }

  match(topic: string): ReceiverLists<S> {
    return mergeReceivers(this.setsOf(topic));
  }

  /** The subscribers of each filter that matches the topic. */
  setsOf(topic: string): readonly SubscriberSet<S>[] {
    const found: SubscriberSet<S>[] = [];
    const exact = this.#exact.get(topic);
    if (exact) found.push(exact);
    this.#wildcards?.match(topic, found);
    return found;
  }

  /**
   * The receivers of every topic that begins with `prefix`, which ends with a slash, and goes on; undefined if that depends on
   * how it goes on.
   */
  matchPrefix(prefix: string): ReceiverLists<S> | undefined {
    if (this.#exact.size > searchedExactFilters) return undefined;
    for (const filter of this.#exact.keys()) if (filter.startsWith(prefix)) return undefined;
    const found: SubscriberSet<S>[] = [];
    if (this.#wildcards?.matchBelow(levelsOf(prefix).slice(0, -1), found) === false) return undefined;
    return mergeReceivers(found);
  }
}
