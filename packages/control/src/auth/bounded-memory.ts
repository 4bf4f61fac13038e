/** Entries remembered at most; some 100 to 300 bytes each. */
const maxEntries = 10_000;

/** What was found out once, by key. Beyond its bound the oldest is forgotten. */
export class BoundedMemory<T> {
  readonly #entries = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: T): void {
    if (!this.#entries.has(key) && this.#entries.size >= maxEntries) {
      const [oldest = ''] = this.#entries.keys();
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, value);
  }

  clear(): void {
    this.#entries.clear();
  }
}
