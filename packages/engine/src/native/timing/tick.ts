import { Arena } from '../buffers/arena.ts';
import { Pacer } from './pacer.ts';
import { Stopwatch } from './stopwatch.ts';

/** Something with output to write at the end of the tick. */
export interface Flushable {
  flush(): void;
}

/** A connection that has had its share of this tick and reads on in the next. */
export interface Rested {
  /** What it has to handle is a small part of a tick: it goes before others that would each take a whole one. */
  readonly isShort: boolean;
  readOn(): void;
}

/** Packets are handled for so long in one tick, in milliseconds; the rest is handled after all sockets have been looked at. */
const handlingMs = 8;
/** The same while output is being written that takes several ticks: whatever does not add to it. */
const handlingWhileFlushingMs = 5;
/**
 * Messages from clients that flood are written after so many milliseconds, though they are handled in several ticks: many
 * small writes would make a message half as expensive again. Output that other clients wait for is written at the end of each
 * tick.
 */
const gatheringMs = 60;
/** A flood is over when no tick was too short for it for so long, in milliseconds. */
const floodMs = 250;
/** Packets between two looks at the clock; more while the clock says that the time may be up. */
const packetsPerLook = 32;
const packetsPerExactLook = 256;
/** After a tick of this time, in milliseconds, the next is measured exactly. */
const longTickMs = 4;
/**
 * How long output is written in one tick, by the clock: each write may wake another process, which then has the processor.
 * The clock is read once for so many connections.
 */
const flushingMs = 10;
const flushesPerLook = 16;
/** The least of it, however long the tick has lasted; all there is where so many connections have output: it takes many ticks anyway. */
const leastFlushingMs = 4;
const manyDirty = 2_048;
/** With its output written, a tick should have lasted no longer than this, in milliseconds: slices of other work follow. */
const fullRoundMs = 14;

const messageArenaBytes = 262_144;
const ackArenaBytes = 16_384;

/**
 * One tick of the event loop: everything that was read in it is handled before anything is written, and then each
 * connection's output goes out in one write. System calls cost most of a broker's time; this makes their number depend on
 * connections per tick, not on messages.
 *
 * A flood takes several ticks, so that other clients are served in between: its output is gathered over several ticks, then
 * written over several. Output for other clients is urgent meanwhile, and goes out first.
 */
export class Tick {
  /** Outgoing messages of this tick. */
  readonly messages = new Arena(messageArenaBytes);
  /** Acknowledgements, apart from messages so that those of one connection lie side by side. */
  readonly acks = new Arena(ackArenaBytes);
  /** Keeps ticks apart where that delays no client. */
  readonly pacer: Pacer;
  #dirty: Flushable[] = [];
  #urgent: Flushable[] = [];
  #isUrgent = false;
  #inputs = 0;
  #input = 0;
  #floodEndMs = 0;
  #isFlooded = false;
  /** Output waits since then for more of the flood; undefined: none does. */
  #gatheringSinceMs: number | undefined;
  #isFlushing = false;
  #rested: Rested[] = [];
  #wasPostponed = false;
  #isScheduled = false;
  #nowMs = 0;
  /** When the round of the event loop began that is ending, by what the tick had to do in it. */
  #beganMs = 0;
  #endedMs = 0;
  /** How long it had something to do in that round: without the rest at its end. */
  #lastedMs = 0;
  readonly #lasting = new Stopwatch();
  readonly #flushing = new Stopwatch();
  /** So long output is written in this tick. */
  #flushingMs = flushingMs;
  #wasLong = false;
  #packetsUntilLook = packetsPerLook;
  #isSpent = false;
  #count = 0;
  #view: Buffer = Buffer.alloc(0);
  #viewSource: Buffer | undefined;
  #viewStart = 0;
  readonly #end = () => this.#finish();

  constructor(pacer: Pacer = new Pacer()) {
    this.pacer = pacer;
  }

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

  /** Has `flush` called at the end of this tick; in a flood, at the end of one that follows, unless it is urgent. */
  flushLater(item: Flushable): void {
    if (this.#isUrgent) this.#urgent.push(item);
    else this.#dirty.push(item);
    if (!this.#isScheduled) this.#schedule();
  }

  /** In a flood: output that is added now must not wait for the flood's. */
  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  /** Output from here on is part of a flood, if there is one; otherwise a client waits for it. */
  handles(isOfFlood: boolean): void {
    this.#isUrgent = this.#isFlooded && !isOfFlood;
  }

  /** Packets are handled from here on that have been read; until `inputHandled`. */
  handlesInput(isOfFlood: boolean): void {
    this.#input = ++this.#inputs;
    this.handles(isOfFlood);
  }

  inputHandled(): void {
    this.#input = 0;
    this.handles(false);
  }

  /** Which input is being handled, all of which was read before any of it; 0: none is. */
  get input(): number {
    return this.#input;
  }

  /** Output is being written over several ticks: packets that add to it have to wait. */
  get isFlushing(): boolean {
    return this.#isFlushing;
  }

  /** Has `readOn` called at the end of this tick, after all output has been written. */
  readOnLater(item: Rested): void {
    this.#rested.push(item);
    if (!this.#isScheduled) this.#schedule();
  }

  /** The tick has lasted long enough: the rest waits for the next one. */
  get isSpent(): boolean {
    return this.#isSpent;
  }

  /** A packet has been handled. True: the tick has lasted long enough, and what follows is for the next one. */
  packetHandled(): boolean {
    if (--this.#packetsUntilLook > 0) return this.#isSpent;
    if (!this.#isScheduled) this.#schedule();
    const mostMs = this.#isFlushing ? handlingWhileFlushingMs : handlingMs;
    this.#isSpent ||= this.#lasting.hasWorked(mostMs);
    const isLong = !this.#isSpent && this.#lasting.hasPassed(mostMs);
    this.#packetsUntilLook = isLong ? packetsPerExactLook : packetsPerLook;
    return this.#isSpent;
  }

  /** A tick has ended since then, and had lasted so long that nothing more should follow in the same round of the event loop. */
  hasFilledRound(sinceMs: number): boolean {
    return this.#endedMs >= sinceMs && this.#lastedMs >= fullRoundMs;
  }

  /** A packet took as long as so many usual ones: the clock is looked at that much sooner. */
  worked(packets: number): void {
    this.#packetsUntilLook -= packets;
  }

  /** A write has not reached the kernel yet: the memory that it refers to must stay. */
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
    this.#lasting.start(this.#wasLong);
    this.#nowMs = Math.trunc(this.#lasting.startMs);
    this.#isSpent = false;
    this.#isFlooded = this.#nowMs < this.#floodEndMs;
    this.#isUrgent = this.#isFlooded;
    setImmediate(this.#end);
  }

  #finish(): void {
    this.#isScheduled = false;
    this.#count++;
    // What began it may have been those who read on at the end of the last one.
    this.#beganMs = Math.max(this.#lasting.startMs, this.#endedMs);
    this.#wasLong = this.#lasting.hasPassed(longTickMs);
    this.#flush();
    if (this.#isSpent || this.#isFlushing) this.#floodEndMs = this.#nowMs + floodMs;
    this.#viewSource = undefined;
    // What was not written, or was appended while writing, waits for the next tick, and refers to the arenas until then.
    if (this.#dirty.length === 0 && this.#urgent.length === 0) {
      this.messages.reuse();
      this.acks.reuse();
    } else if (!this.#isScheduled) {
      this.#schedule();
    }
    this.#isSpent = false;
    // Output that is added while older output is being written would have to be copied.
    if (!this.#isFlushing && !this.#mustPostpone()) this.#letRestedReadOn();
    const restedMs = this.pacer.rest();
    this.#endedMs = performance.now();
    this.#lastedMs = this.#endedMs - this.#beganMs - restedMs;
  }

  /** More of a flood is to come at once, and what there is has not waited for long. */
  get #mayGather(): boolean {
    if (!this.#isSpent || !this.#isFlooded || this.#isFlushing) return false;
    return this.#gatheringSinceMs === undefined || this.#nowMs - this.#gatheringSinceMs < gatheringMs;
  }

  /** The tick has lasted long enough: those who rest read on in the next one, but in that without fail. */
  #mustPostpone(): boolean {
    if (this.#rested.length === 0) return false;
    this.#wasPostponed = !this.#wasPostponed && performance.now() - this.#beganMs >= fullRoundMs;
    if (this.#wasPostponed && !this.#isScheduled) this.#schedule();
    return this.#wasPostponed;
  }

  /**
   * Those with little to handle first, then one connection after the other; those for which there is no time come first in
   * the next tick. However many have little, one of the others goes on too.
   */
  #letRestedReadOn(): void {
    const rested = this.#rested;
    if (rested.length === 0) return;
    this.#rested = [];
    const short = rested.filter(({ isShort }) => isShort);
    const long = rested.filter(({ isShort }) => !isShort);
    const ofShort = this.#readOn(short, 0);
    const ofLong = this.#readOn(long, 1);
    if (ofShort < short.length || ofLong < long.length)
      this.#rested = [...short.slice(ofShort), ...long.slice(ofLong), ...this.#rested];
  }

  /** How many it was, `least` or more. */
  #readOn(rested: readonly Rested[], least: number): number {
    let count = 0;
    while (count < rested.length && (count < least || !this.#isSpent)) rested[count++]?.readOn();
    return count;
  }

  /** What other clients wait for first; then the rest, unless more of a flood is to come. */
  #flush(): void {
    if (this.#urgent.length + this.#dirty.length > flushesPerLook) this.#startFlushing();
    if (this.#urgent.length > 0) {
      const urgent = this.#urgent;
      this.#urgent = [];
      const left = this.#flushSome(urgent);
      if (left !== undefined) {
        this.#isFlushing = true;
        this.#urgent = [...left, ...this.#urgent];
        return;
      }
    }
    if (this.#mayGather) {
      this.#gatheringSinceMs ??= this.#nowMs;
      return;
    }
    this.#gatheringSinceMs = undefined;
    const dirty = this.#dirty;
    this.#dirty = [];
    const left = this.#flushSome(dirty);
    this.#isFlushing = left !== undefined;
    if (left !== undefined) this.#dirty = [...left, ...this.#dirty];
  }

  #startFlushing(): void {
    this.#flushing.start(false);
    const leftMs = fullRoundMs - (this.#flushing.startMs - this.#beganMs);
    this.#flushingMs = Math.max(leastFlushingMs, Math.min(flushingMs, leftMs));
  }

  /** Those for which there was no time. Undefined: there was enough. */
  #flushSome(outputs: readonly Flushable[]): readonly Flushable[] | undefined {
    const mostMs = outputs.length < manyDirty ? this.#flushingMs : leastFlushingMs;
    let flushed = 0;
    while (flushed < outputs.length) {
      outputs[flushed++]?.flush();
      if (flushed % flushesPerLook === 0 && this.#flushing.hasPassed(mostMs)) break;
    }
    return flushed < outputs.length ? outputs.slice(flushed) : undefined;
  }
}
