import { Arena } from './arena.ts';
import { Pacer } from './pacer.ts';

/** Something with output to write at the end of the tick. */
export interface Flushable {
  flush(): void;
}

/** A connection that has had its share of this tick and reads on in the next. */
export interface Rested {
  readOn(): void;
}

const messageArenaBytes = 262_144;
const ackArenaBytes = 16_384;

/**
 * One tick of the event loop: everything that was read in it is handled before anything is written, and then each
 * connection's output goes out in one write. System calls cost most of a broker's time; this makes their number depend on
 * connections per tick, not on messages.
 */
export class Tick {
  /** Outgoing messages of this tick. */
  readonly messages = new Arena(messageArenaBytes);
  /** Acknowledgements, apart from messages so that those of one connection lie side by side. */
  readonly acks = new Arena(ackArenaBytes);
  /** Keeps ticks apart while nobody is in a hurry. */
  readonly pacer = new Pacer();
  #dirty: Flushable[] = [];
  #rested: Rested[] = [];
  #isScheduled = false;
  #nowMs = 0;
  #count = 0;
  #view: Buffer = Buffer.alloc(0);
  #viewSource: Buffer | undefined;
  #viewStart = 0;
  readonly #end = () => this.#finish();

  /** Milliseconds of a clock that never goes back, read once a tick. */
  get nowMs(): number {
    if (!this.#isScheduled) this.#schedule();
    return this.#nowMs;
  }

  /** The number of this tick. */
  get number(): number {
    if (!this.#isScheduled) this.#schedule();
    return this.#count;
  }

  /** Has `flush` called at the end of this tick. */
  flushLater(item: Flushable): void {
    this.#dirty.push(item);
    if (!this.#isScheduled) this.#schedule();
  }

  /** Has `readOn` called at the end of this tick, after all output has been written. */
  readOnLater(item: Rested): void {
    this.#rested.push(item);
    if (!this.#isScheduled) this.#schedule();
  }

  /** A write has not reached the kernel yet: what it refers to must stay. */
  pin(): void {
    this.messages.pin();
    this.acks.pin();
  }

  /** A view of the bytes; the same object for all that write the same bytes one after the other. */
  view(source: Buffer, start: number, end: number): Buffer {
    if (this.#viewSource !== source || this.#viewStart !== start || this.#view.length !== end - start) {
      this.#viewSource = source;
      this.#viewStart = start;
      this.#view = source.subarray(start, end);
    }
    return this.#view;
  }

  #schedule(): void {
    this.#isScheduled = true;
    // Whole milliseconds: what many connections keep of it then lies in their own memory, not in a box each.
    this.#nowMs = Math.trunc(performance.now());
    setImmediate(this.#end);
  }

  #finish(): void {
    this.#isScheduled = false;
    this.#count++;
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const item of dirty) item.flush();
    this.#viewSource = undefined;
    // What was appended while flushing waits for the next tick, and refers to the arenas until then.
    if (this.#dirty.length === 0) {
      this.messages.reuse();
      this.acks.reuse();
    }
    const rested = this.#rested;
    this.#rested = [];
    for (const item of rested) item.readOn();
    this.pacer.rest();
  }
}
