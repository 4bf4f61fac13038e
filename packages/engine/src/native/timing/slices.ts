/**
 * Work that would keep the event loop for too long, done a slice at a time. One packet can ask for a lot (a SUBSCRIBE with
 * ten thousand filters), one event can end ten thousand subscriptions, and ten thousand clients can leave at once: such
 * work runs as long as the slice has time, and goes on in the next one, after what came in meanwhile has been read. All such
 * work of an engine shares the slices, one piece of work after the other.
 */
import { Fifo } from '../buffers/fifo.ts';

/** One slice, in milliseconds. With the rest of a tick it stays below 20 ms, the longest that any client may wait. */
const sliceMs = 4;
/** The part that is done at once, while packets are handled: the packet that asks for it may have taken some milliseconds itself. */
const firstSliceMs = 2;
/** Items between two looks at the clock; work with fewer items never waits. */
const itemsPerLook = 8;

export class Slices {
  readonly #now: () => number;
  readonly #later: (run: () => void) => void;
  readonly #isRoundFull: (sinceMs: number) => boolean;
  /** Each does a part, until its slice ends; true: it is done. */
  readonly #unfinished = new Fifo<() => boolean>();
  /** Calls of `inOrder` for which the slice had no time. */
  readonly #ordered = new Fifo<() => void>();
  #beganMs = 0;
  #endMs = 0;
  #isScheduled = false;
  #wasPostponed = false;

  /**
   * `now`: a clock in milliseconds that never goes back. `later`: runs something after input has been read. `isRoundFull`: a tick has
   * ended since then that took so long that no slice should follow it in the same round of the event loop.
   */
  constructor(
    now: () => number = () => performance.now(),
    later: (run: () => void) => void = setImmediate,
    isRoundFull: (sinceMs: number) => boolean = () => false,
  ) {
    this.#now = now;
    this.#later = later;
    this.#isRoundFull = isRoundFull;
  }

  /** Does the work for each item, in order. Undefined: all is done. Otherwise resolves when it is. `work` must not throw. */
  each<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> | undefined {
    const iterator = items[Symbol.iterator]();
    const go = () => this.#go(iterator, work);
    if (this.#unfinished.size === 0 ? go() : doSome(iterator, work)) return undefined;
    return new Promise((resolve) => {
      this.#unfinished.push(() => {
        if (!go()) return false;
        resolve();
        return true;
      });
    });
  }

  /**
   * For work that comes one by one, perhaps very often in one tick: done at once while the slice has time and none waits,
   * otherwise later, in the order of the calls. `work` must not throw.
   */
  inOrder(work: () => void): void {
    if (!this.#isScheduled) this.#begin(firstSliceMs);
    if (this.#ordered.size === 0 && this.#now() < this.#endMs) {
      work();
      return;
    }
    if (this.#ordered.size === 0) this.#unfinished.push(() => this.#doOrdered());
    this.#ordered.push(work);
  }

  #doOrdered(): boolean {
    do this.#ordered.shift()?.();
    while (this.#ordered.size > 0 && this.#now() < this.#endMs);
    return this.#ordered.size === 0;
  }

  /** True: the iterator is at its end. False: the slice is. */
  #go<T>(iterator: Iterator<T>, work: (item: T) => void): boolean {
    do {
      if (doSome(iterator, work)) return true;
      if (!this.#isScheduled) this.#begin(firstSliceMs);
    } while (this.#now() < this.#endMs);
    return false;
  }

  #begin(ms: number): void {
    this.#isScheduled = true;
    this.#beganMs = this.#now();
    this.#endMs = this.#beganMs + ms;
    this.#later(() => this.#goOn());
  }

  /** The next slice; but after a tick that took long, once, none. */
  #goOn(): void {
    if (this.#unfinished.size === 0) {
      this.#wasPostponed = this.#isScheduled = false;
      return;
    }
    this.#wasPostponed = !this.#wasPostponed && this.#isRoundFull(this.#beganMs);
    if (this.#wasPostponed) {
      this.#later(() => this.#goOn());
      return;
    }
    this.#begin(sliceMs);
    while (this.#unfinished.size > 0 && this.#now() < this.#endMs) {
      const goOn = this.#unfinished.shift() as () => boolean;
      if (!goOn()) this.#unfinished.push(goOn);
    }
  }
}

function doSome<T>(iterator: Iterator<T>, work: (item: T) => void): boolean {
  for (let n = 0; n < itemsPerLook; n++) {
    const next = iterator.next();
    if (next.done) return true;
    work(next.value);
  }
  return false;
}
