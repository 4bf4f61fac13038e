/**
 * Several values for a key, each once. A lone value stands for itself: nearly all keys of a large fleet have one, and a set for
 * each would take 150 bytes, several times for each connection.
 */
export class MultiMap<K, V extends object> {
  readonly #values = new Map<K, V | Several<V>>();

  add(key: K, value: V): void {
    const held = this.#values.get(key);
    if (held instanceof Several) held.add(value);
    else if (held === undefined) this.#values.set(key, value);
    else if (held !== value) this.#values.set(key, new Several([held, value]));
  }

  delete(key: K, value: V): void {
    const held = this.#values.get(key);
    if (held instanceof Several) {
      held.delete(value);
      if (held.size === 0) this.#values.delete(key);
    } else if (held === value) {
      this.#values.delete(key);
    }
  }

  /** A set of its own: the values that the key has now. */
  valuesOf(key: K): ReadonlySet<V> {
    const held = this.#values.get(key);
    if (held instanceof Several) return new Set(held);
    return new Set(held === undefined ? [] : [held]);
  }

  clear(): void {
    this.#values.clear();
  }
}

/** Told apart from a value that is a set itself. */
class Several<V> extends Set<V> {}
