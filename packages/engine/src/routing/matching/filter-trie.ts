import type { Qos } from '../../port.ts';
import { manifoldLevels, maxManifoldLevels } from './manifold.ts';
import { SubscriberSet } from './subscriber-set.ts';
import { levelsOf } from './topic-name.ts';

/**
 * Filters with wildcards, as a tree of levels. Matching walks the topic's levels once, carrying every node that is still
 * possible; a node is reached by one path only, so a match costs at most the nodes that there are, whatever the filters
 * look like (`+/+/+/…/#`), and depth costs no stack.
 */
export class FilterTrie<S extends object> {
  readonly #root = new TrieNode<S>();
  #manifoldLevels = 0;

  get isEmpty(): boolean {
    return this.#root.isEmpty;
  }

  /** False: the filter is manifold, it is not there, and all such filters together have as many levels as they may. */
  hasRoom(filter: string): boolean {
    const levels = manifoldLevels(filter);
    return levels === 0 || this.#manifoldLevels + levels <= maxManifoldLevels || this.#has(filter);
  }

  /** True if the subscriber did not have this filter. */
  set(filter: string, subscriber: S, qos: Qos): boolean {
    let node = this.#root;
    const levels = levelsOf(filter);
    const matchesBelow = levels.at(-1) === '#';
    if (matchesBelow) levels.pop();
    for (const level of levels) node = node.childFor(level);
    const set = matchesBelow ? node.below : node.here;
    if (set) return set.set(subscriber, qos);
    const first = new SubscriberSet<S>();
    if (matchesBelow) node.below = first;
    else node.here = first;
    this.#manifoldLevels += manifoldLevels(filter);
    return first.set(subscriber, qos);
  }

  /** True if the subscriber had this filter. Nodes of the trie that are no longer needed are removed. */
  delete(filter: string, subscriber: S): boolean {
    const levels = levelsOf(filter);
    const matchesBelow = levels.at(-1) === '#';
    if (matchesBelow) levels.pop();
    const path = [this.#root];
    for (const level of levels) {
      const child = path.at(-1)?.child(level);
      if (!child) return false;
      path.push(child);
    }
    const last = path.at(-1) as TrieNode<S>;
    if (!last.unsubscribe(subscriber, matchesBelow)) return false;
    if (!last.hasSet(matchesBelow)) this.#manifoldLevels -= manifoldLevels(filter);
    for (let depth = levels.length; depth > 0 && path[depth]?.isEmpty; depth--) {
      path[depth - 1]?.removeChild(levels[depth - 1] as string);
    }
    return true;
  }

  /** Adds to `found` the subscribers of each filter that matches the topic. */
  match(topic: string, found: SubscriberSet<S>[]): void {
    for (const node of this.#walk(levelsOf(topic), found)) {
      if (node.here) found.push(node.here);
      if (node.below) found.push(node.below); // `sport/#` matches `sport` too
    }
  }

  /**
   * Adds to `found` the subscribers of each filter that matches whatever topic lies below these levels. False if some
   * filters match only part of those topics.
   */
  matchBelow(levels: readonly string[], found: SubscriberSet<S>[]): boolean {
    for (const node of this.#walk(levels, found)) {
      if (node.any || node.literals) return false;
      if (node.below) found.push(node.below);
    }
    return true;
  }

  #has(filter: string): boolean {
    let node: TrieNode<S> | undefined = this.#root;
    const levels = levelsOf(filter);
    const matchesBelow = levels.at(-1) === '#';
    if (matchesBelow) levels.pop();
    for (const level of levels) node = node?.child(level);
    return node?.hasSet(matchesBelow) ?? false;
  }

  /** Adds the subscribers above the last level; returns the nodes that the levels lead to. */
  #walk(levels: readonly string[], found: SubscriberSet<S>[]): readonly TrieNode<S>[] {
    // A wildcard in the first level does not match topics of the server's own, which begin with `$` [MQTT-4.7.2-1].
    let wildcardsCount = !levels[0]?.startsWith('$');
    let possible: TrieNode<S>[] = [this.#root];
    for (const level of levels) {
      const next: TrieNode<S>[] = [];
      for (const node of possible) {
        if (wildcardsCount) {
          if (node.below) found.push(node.below);
          if (node.any) next.push(node.any);
        }
        const child = node.literals?.get(level);
        if (child) next.push(child);
      }
      if (next.length === 0) return next;
      possible = next;
      wildcardsCount = true;
    }
    return possible;
  }
}

class TrieNode<S extends object> {
  /** Next levels by their text; a Map, since clients choose the text. */
  literals: Map<string, TrieNode<S>> | undefined;
  /** The next level is `+`. */
  any: TrieNode<S> | undefined;
  /** Subscribers of the filter that ends here. */
  here: SubscriberSet<S> | undefined;
  /** Subscribers of the filter that ends here with `/#`. */
  below: SubscriberSet<S> | undefined;

  get isEmpty(): boolean {
    return !this.here && !this.below && !this.any && !this.literals;
  }

  child(level: string): TrieNode<S> | undefined {
    return level === '+' ? this.any : this.literals?.get(level);
  }

  childFor(level: string): TrieNode<S> {
    if (level === '+') {
      this.any ??= new TrieNode();
      return this.any;
    }
    this.literals ??= new Map();
    let child = this.literals.get(level);
    if (!child) {
      child = new TrieNode();
      this.literals.set(level, child);
    }
    return child;
  }

  removeChild(level: string): void {
    if (level === '+') this.any = undefined;
    else if (this.literals?.delete(level) && this.literals.size === 0) this.literals = undefined;
  }

  /** Has any subscriber the filter that ends here, with `/#` or without? */
  hasSet(below: boolean): boolean {
    return (below ? this.below : this.here) !== undefined;
  }

  unsubscribe(subscriber: S, below: boolean): boolean {
    const set = below ? this.below : this.here;
    if (!set?.delete(subscriber)) return false;
    if (set.size === 0) {
      if (below) this.below = undefined;
      else this.here = undefined;
    }
    return true;
  }
}
