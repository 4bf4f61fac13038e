/**
 * Tells whether something was changed while it was being looked up. A query may have read a row before a change and
 * answer after the change was told; what it answered must then be neither cached nor trusted.
 */

/** Changed things that are remembered: far more than change while one query runs. */
const capacity = 50_000;

/** A moment, to ask `touchedSince` about later. */
export type Mark = number;

export class RecentChanges {
  /** Oldest first. */
  readonly #touched = new Map<string, Mark>();
  #now: Mark = 0;
  /** Before this, everything counts as touched. */
  #floor: Mark = 0;

  mark(): Mark {
    return this.#now;
  }

  touch(key: string): void {
    this.#touched.delete(key);
    this.#touched.set(key, ++this.#now);
    if (this.#touched.size <= capacity) return;
    const [oldest] = this.#touched;
    if (!oldest) return;
    this.#touched.delete(oldest[0]);
    this.#floor = oldest[1];
  }

  /** Anything may have changed. */
  touchAll(): void {
    this.#touched.clear();
    this.#floor = ++this.#now;
  }

  touchedSince(mark: Mark, keys: Iterable<string>): boolean {
    if (mark < this.#floor) return true;
    for (const key of keys) if ((this.#touched.get(key) ?? 0) > mark) return true;
    return false;
  }
}
