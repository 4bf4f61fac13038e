import { packetBytes } from '@iotcore/engine/codec';

/** A whole packet, as it lies in `bytes`. */
export interface Frame {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

const nothing = Buffer.alloc(0);

/**
 * Cuts what a socket receives into packets, one at a time. A packet that is too large is refused by its header, and
 * memory is taken only for bytes that have come: what arrives byte by byte is copied twice on average, not n times.
 */
export class Framer {
  #bytes: Buffer = nothing;
  #start = 0;
  #end = 0;

  /** The first byte of the next packet, if it has come. */
  get firstByte(): number | undefined {
    return this.#end > this.#start ? this.#bytes[this.#start] : undefined;
  }

  /** Bytes that have come and not been taken. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  push(chunk: Buffer): void {
    const held = this.#end - this.#start;
    if (held === 0) {
      this.#bytes = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      return;
    }
    // A chunk of the socket has no room after it, so nothing is ever written into one.
    if (this.#bytes.length - this.#end < chunk.length) {
      const roomier = Buffer.allocUnsafeSlow(Math.max(2 * held, held + chunk.length));
      this.#bytes.copy(roomier, 0, this.#start, this.#end);
      this.#bytes = roomier;
      this.#start = 0;
      this.#end = held;
    }
    chunk.copy(this.#bytes, this.#end);
    this.#end += chunk.length;
  }

  /**
   * The next packet if it is whole.
   * @throws PacketError for one that no client may send, or that is larger than `maxBytes`
   */
  next(maxBytes: number): Frame | undefined {
    if (this.#end === this.#start) return undefined;
    const size = packetBytes(this.#bytes, this.#start, this.#end, maxBytes);
    if (size === 0 || this.#start + size > this.#end) return undefined;
    const start = this.#start;
    this.#start += size;
    return { bytes: this.#bytes, start, end: this.#start };
  }
}
