/**
 * Which session has a client ID, among all nodes. Each node claims the IDs of its sessions, and the later claim wins: by a
 * counter that is above all that were received, and by the number of the node where two counters are equal. If clocks
 * decided, a wrong clock would close the newer session.
 */
export interface Claimed {
  readonly key: string;
  readonly counter: number;
  /** Another session has the client ID now: this one must end. */
  taken(): void;
}

/** The counter grows by one for each connection, and no frame brings it near to its end. */
const mostCounter = 2 ** 47;

export class Claims {
  readonly #mine = new Map<string, Claimed>();
  #counter = 0;

  /** Above all counters that were heard or given so far. */
  get counter(): number {
    return this.#counter;
  }

  get size(): number {
    return this.#mine.size;
  }

  /** The client ID belongs to a session here from now on; one that had it here, or was about to, must end. */
  add(key: string, taken: () => void, counter = ++this.#counter): Claimed {
    const claimed = { key, counter, taken };
    const former = this.#mine.get(key);
    this.#mine.set(key, claimed);
    former?.taken();
    return claimed;
  }

  /** Does nothing if another session has the client ID meanwhile. */
  remove(claimed: Claimed): void {
    if (this.#mine.get(claimed.key) === claimed) this.#mine.delete(claimed.key);
  }

  /** Another node has said so. `isLaterNode`: whether its number is above ours. */
  heard(key: string, counter: number, isLaterNode: boolean): void {
    this.hear(counter);
    const mine = this.#mine.get(key);
    if (!mine) return;
    const isLater = counter === mine.counter ? isLaterNode : counter > mine.counter;
    if (!isLater) return;
    this.#mine.delete(key);
    mine.taken();
  }

  hear(counter: number): void {
    if (counter < mostCounter) this.#counter = Math.max(this.#counter, counter);
  }

  clear(): void {
    this.#mine.clear();
  }
}
