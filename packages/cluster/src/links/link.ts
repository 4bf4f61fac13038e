/**
 * A link: a stream of frames to one other node, and one from it. Frames are numbered, acknowledged and sent again, so every
 * record arrives once and in order, or the link ends. A frame holds the records of one tick of the event loop.
 */
import type { NodeClock } from '../clock.ts';
import {
  type Frame,
  type FrameNumbers,
  frameHeadBytes,
  frameStart,
  writeFrameHead,
} from '../frames/frame.ts';
import { type ClusterRecord, decodeRecords, encodeRecord, type FrameRecords } from '../frames/records.ts';
import { type ClosedFrame, OpenFrame } from './open-frame.ts';

/** Unacknowledged frames are sent again after this time without progress, in ms. */
const resendMs = 300;
/** Frames that come before their turn and are kept; as many are sent again at once. */
const earlyFrames = 64;
/** Frames are handed over for so long in one tick, in ms. */
const deliveringMs = 8;
/** An idle link sends an empty frame this often, in ms: the acknowledgement of a frame is what confirms a node. */
const heartbeatMs = 500;

export interface LinkParts {
  readonly clock: NodeClock;
  readonly own: string;
  readonly peer: string;
  readonly version: number;
  send(frame: Buffer): void;
  /** The records of one frame, in their turn. They must have taken effect when it returns, or resolves: the frame is acknowledged then. */
  deliver(records: FrameRecords): void | Promise<void>;
  /** A record was appended. */
  appended(): void;
  /** The other has acknowledged more. */
  progressed(): void;
}

/** What a link tells of the other node, in ms of the clock here; what has not happened yet is infinitely long ago. */
export interface LinkEvidence {
  readonly openedMs: number;
  /** When the newest frame began to be sent that the other has acknowledged. */
  readonly confirmedMs: number;
  /** When its acknowledgement came. */
  readonly acknowledgedMs: number;
  /** When the last frame came. */
  readonly heardMs: number;
}

interface SentFrame extends ClosedFrame {
  readonly number: number;
  /** When it began to be sent for the first time. */
  readonly sentMs: number;
}

interface Waiter {
  readonly number: number;
  acknowledged(): void;
}

export class Link {
  readonly peer: string;
  readonly version: number;
  readonly #parts: LinkParts;
  /** How every frame that is sent begins: written once, since a message that comes alone has a frame of its own. */
  readonly #start: Buffer;
  readonly #open = new OpenFrame();
  #isFlushing = false;
  #sent: SentFrame[] = [];
  #sentBytes = 0;
  #lastNumber = 0;
  #acknowledged = 0;
  #progressMs: number;
  #lastSentMs = Number.NEGATIVE_INFINITY;
  #confirmedMs = Number.NEGATIVE_INFINITY;
  #acknowledgedMs = Number.NEGATIVE_INFINITY;
  #heardMs = Number.NEGATIVE_INFINITY;
  readonly #openedMs: number;
  #received = 0;
  readonly #early = new Map<number, Frame>();
  #owesAcknowledgement = false;
  /** Frames wait for the next tick. */
  #isDelivering = false;
  #waiters: Waiter[] = [];
  #firstWaiter = 0;
  #isClosed = false;
  /** Frames that were sent again. */
  resent = 0;
  /** Made once: in `#flushLater`, what it captures would be an object more for each message. */
  readonly #flush = () => {
    this.#isFlushing = false;
    if (this.#isClosed) return;
    if (this.#open.bodyBytes > 0) this.#sendOpen();
    else if (this.#owesAcknowledgement) this.#acknowledge();
  };

  constructor(parts: LinkParts) {
    this.#parts = parts;
    const { own: from, peer: to, version } = parts;
    this.peer = to;
    this.version = version;
    this.#start = frameStart({ version, kind: 'stream', from, to });
    this.#openedMs = this.#progressMs = parts.clock.nowMs();
  }

  get evidence(): LinkEvidence {
    return {
      openedMs: this.#openedMs,
      confirmedMs: this.#confirmedMs,
      acknowledgedMs: this.#acknowledgedMs,
      heardMs: this.#heardMs,
    };
  }

  /** Bytes that are appended or sent, and not acknowledged. */
  get unacknowledgedBytes(): number {
    return this.#sentBytes + this.#open.bodyBytes;
  }

  get unacknowledgedFrames(): number {
    return this.#sent.length;
  }

  append(record: ClusterRecord): void {
    const bytes = encodeRecord(record);
    const at = this.reserve(bytes.length);
    if (at !== undefined) this.buffer.set(bytes, at);
  }

  /** Where `reserve` has reserved. */
  get buffer(): Buffer {
    return this.#open.buffer;
  }

  /** Appends a whole record of so many bytes, which is to be written at once: where in `buffer`. Undefined: nothing is sent any more. */
  reserve(bytes: number): number | undefined {
    if (this.#isClosed) return undefined;
    if (this.#open.bodyBytes > 0 && !this.#open.hasRoom(bytes)) this.#sendOpen();
    const at = this.#open.reserve(bytes);
    this.#parts.appended();
    this.#flushLater();
    return at;
  }

  /** Has `acknowledged` called once all that has been appended so far is acknowledged, or not waited for any more. */
  whenAcknowledged(acknowledged: () => void): void {
    const number = this.#lastNumber + (this.#open.bodyBytes > 0 ? 1 : 0);
    if (this.#isClosed || number <= this.#acknowledged) acknowledged();
    else this.#waiters.push({ number, acknowledged });
  }

  /** A frame of the stream that the other sends. */
  receive(frame: Frame): void {
    if (this.#isClosed) return;
    this.#heardMs = this.#parts.clock.nowMs();
    this.#takeAcknowledgement(frame.acknowledged);
    if (frame.number === 0 || this.#isClosed) return;
    this.#owesAcknowledgement = true;
    this.#flushLater();
    if (frame.number > this.#received && frame.number <= this.#received + earlyFrames)
      this.#early.set(frame.number, frame);
    if (!this.#isDelivering) this.#deliver();
  }

  /** Delivers frames in their order; those for which there is no time in this tick follow in the next. */
  #deliver(): void {
    this.#isDelivering = false;
    const { clock, deliver } = this.#parts;
    const beganMs = clock.nowMs();
    for (;;) {
      const next = this.#early.get(this.#received + 1);
      if (next === undefined || this.#isClosed) return;
      if (clock.nowMs() - beganMs > deliveringMs) {
        this.#isDelivering = true;
        clock.soon(() => this.#deliver());
        return;
      }
      this.#early.delete(next.number);
      const records = decodeRecords(next.body);
      // Not acknowledged, so it will come again; if it never comes whole, the link makes no progress and is noticed.
      if (records === undefined) return;
      const pending = deliver(records);
      if (pending !== undefined) {
        this.#isDelivering = true;
        const goOn = () => {
          this.#took(next.number);
          this.#deliver();
        };
        pending.then(goOn, goOn);
        return;
      }
      this.#took(next.number);
    }
  }

  /** The frame has taken effect. */
  #took(number: number): void {
    this.#received = number;
    this.#early.delete(number);
    this.#owesAcknowledgement = true;
    this.#flushLater();
  }

  /** To be called ten times a second or so. */
  tick(): void {
    if (this.#isClosed) return;
    const nowMs = this.#parts.clock.nowMs();
    if (this.#sent.length > 0 && nowMs - this.#progressMs >= resendMs) {
      this.#progressMs = nowMs;
      // With the acknowledgement of their first time: a carrier may still hold these very bytes, half of them written.
      for (const { bytes, chunk } of this.#sent.slice(0, earlyFrames)) {
        this.resent++;
        chunk.isHeld = true;
        this.#parts.send(bytes);
      }
    }
    if (this.#open.bodyBytes === 0 && nowMs - this.#lastSentMs >= heartbeatMs) {
      this.#open.forgetReady();
      this.#sendOpen();
    }
  }

  /** Sends and accepts nothing more, and waits for no acknowledgement any more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const waiters = this.#waiters.slice(this.#firstWaiter);
    this.#waiters = [];
    this.#firstWaiter = 0;
    this.#open.clear();
    this.#sent = [];
    this.#sentBytes = 0;
    this.#early.clear();
    for (const { acknowledged } of waiters) acknowledged();
  }

  #flushLater(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    this.#parts.clock.soon(this.#flush);
  }

  /** Sends what has been appended as the next frame of the stream; nothing is a heartbeat. */
  #sendOpen(): void {
    const number = ++this.#lastNumber;
    const sentMs = this.#parts.clock.nowMs();
    if (this.#sent.length === 0) this.#progressMs = sentMs;
    const { bytes, chunk } = this.#open.close(this.#start, this.#numbers(number));
    this.#lastSentMs = sentMs;
    this.#sent.push({ number, bytes, chunk, sentMs });
    this.#sentBytes += bytes.length;
    this.#parts.send(bytes);
  }

  /** A frame outside the stream. */
  #acknowledge(): void {
    const frame = Buffer.allocUnsafe(frameHeadBytes);
    writeFrameHead(frame, this.#start, this.#numbers(0));
    this.#parts.send(frame);
  }

  #numbers(number: number): FrameNumbers {
    this.#owesAcknowledgement = false;
    return { number, acknowledged: this.#received };
  }

  #takeAcknowledgement(number: number): void {
    if (number <= this.#acknowledged || number > this.#lastNumber) return;
    this.#acknowledged = number;
    this.#acknowledgedMs = this.#progressMs = this.#parts.clock.nowMs();
    let count = 0;
    for (const sent of this.#sent) {
      if (sent.number > number) break;
      count++;
      this.#sentBytes -= sent.bytes.length;
      this.#open.release(sent.chunk);
      this.#confirmedMs = sent.sentMs;
    }
    this.#sent = this.#sent.slice(count);
    this.#callWaiters();
    this.#parts.progressed();
  }

  #callWaiters(): void {
    while (this.#firstWaiter < this.#waiters.length) {
      const waiter = this.#waiters[this.#firstWaiter] as Waiter;
      if (waiter.number > this.#acknowledged) break;
      this.#firstWaiter++;
      waiter.acknowledged();
      if (this.#isClosed) return;
    }
    if (this.#firstWaiter * 2 > this.#waiters.length) {
      this.#waiters = this.#waiters.slice(this.#firstWaiter);
      this.#firstWaiter = 0;
    }
  }
}
