/**
 * The output of one connection, gathered during a tick and written at its end.
 *
 * As long as what is appended continues the piece of memory that was appended before, nothing is copied: the outbox
 * remembers the piece. Otherwise it is copied into a buffer of its own, and while the socket is blocked at the end of the tick, too.
 */
import type { Duplex } from 'node:stream';
import type { Flushable, Tick } from '../timing/tick.ts';
import { DirectSocket } from './direct-socket.ts';

/** This much output is written at once, so that a busy tick does not fill memory before the kernel gets to send. */
const writeAtBytes = 131_072;
const firstOwnBytes = 512;
/** A piece of this size is written by itself rather than copied to what else there is. */
export const largePieceBytes = 16_384;

export class Outbox implements Flushable {
  readonly #socket: Duplex;
  readonly #tick: Tick;
  readonly #writeAtBytes: number;
  /** The piece: bytes [start, end) of the source, not copied yet. */
  #source: Buffer | undefined;
  #start = 0;
  #end = 0;
  /** The copy: everything before the piece. */
  #own: Buffer | undefined;
  #ownBytes = 0;
  #isDirty = false;
  /** It is to be written with what other clients wait for. */
  #isUrgent = false;
  /** The socket took the last write, but keeps part of it: it says `drain` when it has gone out. */
  #isBlocked = false;
  #isClosed = false;

  /** While the socket is not blocked, less than `maxBytes` waits here. */
  constructor(socket: Duplex, tick: Tick, maxBytes: number) {
    this.#socket = socket;
    this.#tick = tick;
    this.#writeAtBytes = Math.min(writeAtBytes, maxBytes);
  }

  /** Bytes that wait here; while the socket is blocked, also those that wait there. */
  get waitingBytes(): number {
    const here = this.#ownBytes + (this.#end - this.#start);
    return this.#isBlocked ? here + this.#socket.writableLength : here;
  }

  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** Appends bytes [start, end) of `source`, which must stay as they are until the end of the tick. */
  append(source: Buffer, start: number, end: number): void {
    if (this.#isClosed) return;
    if (this.#source === source && this.#end === start) {
      this.#end = end;
    } else {
      if (this.#end - this.#start >= largePieceBytes && !this.#isBlocked) this.#write();
      this.#copyPiece();
      this.#source = source;
      this.#start = start;
      this.#end = end;
    }
    if (!this.#isDirty || (!this.#isUrgent && this.#tick.isUrgent)) {
      this.#isDirty = true;
      this.#isUrgent = this.#tick.isUrgent;
      this.#tick.flushLater(this);
    }
    if (this.#ownBytes + end - this.#start >= this.#writeAtBytes && !this.#isBlocked) this.#write();
  }

  flush(): void {
    this.#isDirty = this.#isUrgent = false;
    if (this.#isBlocked) this.#copyPiece();
    else this.#write();
  }

  /** The socket has said `drain`. */
  drained(): void {
    this.#isBlocked = false;
    this.#write();
  }

  /** Forgets what has not been written, and whatever comes. */
  close(): void {
    this.#isClosed = true;
    this.#isBlocked = false;
    this.#discard();
  }

  #discard(): void {
    this.#source = undefined;
    this.#own = undefined;
    this.#start = this.#end = this.#ownBytes = 0;
  }

  #write(): void {
    if (this.#own !== undefined && this.#end - this.#start < largePieceBytes) this.#copyPiece();
    const own = this.#own;
    const ownBytes = this.#ownBytes;
    const source = this.#source;
    const start = this.#start;
    const end = this.#end;
    this.#discard();
    if (own !== undefined && source !== undefined) {
      this.#sendBoth(own.subarray(0, ownBytes), this.#tick.view(source, start, end));
    } else if (own !== undefined) {
      this.#send(own, 0, ownBytes);
    } else if (source !== undefined) {
      this.#send(source, start, end);
    }
  }

  #send(bytes: Buffer, start: number, end: number): void {
    if (this.#socket instanceof DirectSocket) {
      this.#isBlocked = !this.#socket.send(bytes, start, end);
      return;
    }
    this.#isBlocked = !this.#socket.write(this.#tick.view(bytes, start, end));
    this.#pinUnsent();
  }

  #sendBoth(own: Buffer, piece: Buffer): void {
    if (this.#socket instanceof DirectSocket) {
      this.#isBlocked = !this.#socket.sendBoth(own, piece);
      return;
    }
    this.#socket.cork();
    this.#socket.write(own);
    this.#isBlocked = !this.#socket.write(piece);
    this.#socket.uncork();
    this.#pinUnsent();
  }

  /** What the stream keeps refers to memory of this tick. */
  #pinUnsent(): void {
    if (this.#socket.writableLength > 0) this.#tick.pin();
  }

  #copyPiece(): void {
    if (this.#source === undefined) return;
    this.#copy(this.#source, this.#start, this.#end);
    this.#source = undefined;
    this.#start = this.#end = 0;
  }

  #copy(source: Buffer, start: number, end: number): void {
    const needed = this.#ownBytes + end - start;
    if (this.#own === undefined || needed > this.#own.length) {
      const larger = Buffer.allocUnsafe(Math.max(firstOwnBytes, 2 * needed));
      if (this.#own) this.#own.copy(larger, 0, 0, this.#ownBytes);
      this.#own = larger;
    }
    source.copy(this.#own, this.#ownBytes, start, end);
    this.#ownBytes = needed;
  }
}
