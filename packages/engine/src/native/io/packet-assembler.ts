/**
 * Cuts a stream of chunks into packets. Whole packets are handed on where they lie in the chunk; only one that is spread
 * over chunks is put together in memory of its own, which grows with the bytes that have arrived, not with the
 * announced length.
 */
import { packetBytes } from '../../codec/index.ts';

export interface PacketSink {
  /** The largest packet that is welcome now. */
  readonly maxPacketBytes: number;
  /** Nothing more is welcome in this tick, but in one that follows. */
  readonly isResting: boolean;
  /** Takes the packet at [start, end). False: take nothing more until `resume`. Throws PacketError. */
  packet(bytes: Buffer, start: number, end: number): boolean;
}

const firstPartialBytes = 1024;
/** Beyond either, no more should be read while the sink takes nothing: no more memory, and no more small pieces. */
const mostBacklogBytes = 65_536;
const mostBacklogChunks = 64;
/** A kept part of a chunk that is smaller than this share of it is copied. */
const largePartShare = 8;

/** Bytes [start, end). */
interface Piece {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

export class PacketAssembler {
  readonly #sink: PacketSink;
  /** A packet that has begun, and how much of it there is. */
  #partial: Buffer | undefined;
  #partialBytes = 0;
  /** Chunks that came, or were left over, while the sink took nothing. */
  #backlog: Piece[] = [];
  #backlogBytes = 0;
  #isStopped = false;

  constructor(sink: PacketSink) {
    this.#sink = sink;
  }

  /** Part of a packet has come, and the rest is due. */
  get isPartial(): boolean {
    return this.#partial !== undefined;
  }

  /** How much of that packet has come. */
  get partialBytes(): number {
    return this.#partial === undefined ? 0 : this.#partialBytes;
  }

  /** The first byte of the packet that a chunk begins with, or continues. */
  firstByte(chunk: Buffer, start: number): number {
    return (this.#partial ? this.#partial[0] : chunk[start]) as number;
  }

  /** The sink takes nothing: what comes is kept. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** So much is kept that the caller should stop reading. */
  get isFull(): boolean {
    return this.#backlogBytes >= mostBacklogBytes || this.#backlog.length >= mostBacklogChunks;
  }

  /** Bytes that are kept, or belong to a packet that has begun. */
  get keptBytes(): number {
    return this.#backlogBytes + this.partialBytes;
  }

  /** Takes bytes [start, end) of the chunk. @throws PacketError */
  take(chunk: Buffer, start = 0, end = chunk.length): void {
    if (this.#isStopped) {
      this.#keep(chunk, start, end);
      return;
    }
    let at = this.#partial ? this.#complete(chunk, start, end) : start;
    const sink = this.#sink;
    while (at < end && !this.#isStopped) {
      const size = packetBytes(chunk, at, end, sink.maxPacketBytes);
      if (size === 0 || at + size > end) {
        this.#startPartial(chunk, at, end, size);
        return;
      }
      if (!sink.packet(chunk, at, at + size)) this.#isStopped = true;
      at += size;
    }
    if (at < end) this.#keep(chunk, at, end);
  }

  /** The sink takes nothing for now: what comes is kept until `resume`. */
  hold(): void {
    this.#isStopped = true;
  }

  /**
   * The sink takes packets again: of so many chunks that were kept. True: others are left, and it takes nothing until the next
   * time. @throws PacketError
   */
  resume(mostChunks = Number.POSITIVE_INFINITY): boolean {
    this.#isStopped = false;
    const backlog = this.#backlog;
    this.#backlog = [];
    this.#backlogBytes = 0;
    for (const { bytes, start, end } of backlog.splice(0, mostChunks)) this.take(bytes, start, end);
    if (backlog.length === 0) return false;
    const isLimit = !this.#isStopped;
    this.#isStopped = true;
    for (const piece of backlog) {
      this.#backlog.push(piece);
      this.#backlogBytes += piece.end - piece.start;
    }
    return isLimit;
  }

  /** Takes nothing more, for ever, and forgets what there is. */
  stop(): void {
    this.#isStopped = true;
    this.#backlog = [];
    this.#backlogBytes = 0;
    this.#partial = undefined;
  }

  /**
   * A small part of a large buffer is copied, or it would keep all of that alive; but not for a few ticks: packets that lie
   * one after the other go out without being copied.
   */
  #keep(chunk: Buffer, start: number, end: number): void {
    const bytes = end - start;
    const isCopied = !this.#sink.isResting && largePartShare * bytes < chunk.buffer.byteLength;
    this.#backlog.push(
      isCopied
        ? { bytes: Buffer.from(chunk.subarray(start, end)), start: 0, end: bytes }
        : { bytes: chunk, start, end },
    );
    this.#backlogBytes += bytes;
  }

  #startPartial(chunk: Buffer, at: number, end: number, size: number): void {
    const bytes = end - at;
    // Of a header that is cut in two the size is not known yet: it is asked for again with every byte.
    this.#partial = Buffer.allocUnsafe(Math.max(bytes, size === 0 ? 8 : Math.min(size, firstPartialBytes)));
    chunk.copy(this.#partial, 0, at, end);
    this.#partialBytes = bytes;
  }

  /** Adds to the packet that has begun what the chunk has of it; returns where the next one begins. */
  #complete(chunk: Buffer, start: number, end: number): number {
    let at = start;
    let size = 0;
    while (at < end) {
      const partial = this.#partial as Buffer;
      size = packetBytes(partial, 0, this.#partialBytes, this.#sink.maxPacketBytes);
      const missing = size === 0 ? 1 : size - this.#partialBytes;
      const bytes = Math.min(missing, end - at);
      this.#append(chunk, at, at + bytes);
      at += bytes;
      if (size !== 0 && this.#partialBytes === size) break;
    }
    // A packet that is a header and nothing else is whole as soon as its header is.
    size ||= packetBytes(this.#partial as Buffer, 0, this.#partialBytes, this.#sink.maxPacketBytes);
    if (size === 0 || this.#partialBytes < size) return at;
    const whole = this.#partial as Buffer;
    this.#partial = undefined;
    if (!this.#sink.packet(whole, 0, size)) this.#isStopped = true;
    return at;
  }

  #append(chunk: Buffer, start: number, end: number): void {
    const needed = this.#partialBytes + end - start;
    let partial = this.#partial as Buffer;
    if (needed > partial.length) {
      partial = Buffer.allocUnsafe(2 * needed);
      (this.#partial as Buffer).copy(partial, 0, 0, this.#partialBytes);
      this.#partial = partial;
    }
    chunk.copy(partial, this.#partialBytes, start, end);
    this.#partialBytes = needed;
  }
}
