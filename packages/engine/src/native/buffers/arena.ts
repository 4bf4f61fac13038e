/**
 * Memory that packets are written into one after the other, so that what one connection is sent in a tick tends to lie
 * in one piece and goes out in one write without being copied, however many connections share the piece.
 */
export class Arena {
  readonly #bytes: number;
  #buffer: Buffer;
  #used = 0;
  #isPinned = false;

  /** `bytes`: one slow connection can keep that much alive. */
  constructor(bytes: number) {
    this.#bytes = bytes;
    this.#buffer = Buffer.allocUnsafeSlow(bytes);
  }

  /** Where `reserve` has reserved. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  /** Makes room in `buffer` and returns where it begins. Packets too large to share an arena get a buffer of their own. */
  reserve(bytes: number): number {
    if (this.#used + bytes > this.#buffer.length) {
      this.#buffer = Buffer.allocUnsafeSlow(Math.max(this.#bytes, bytes));
      this.#used = 0;
      this.#isPinned = false;
    }
    const at = this.#used;
    this.#used += bytes;
    return at;
  }

  /** A write that has not reached the kernel refers to `buffer`: it is given up once it is full, instead of used again. */
  pin(): void {
    this.#isPinned = true;
  }

  /** Takes back what has been reserved, unless a write still refers to it. */
  reuse(): void {
    if (!this.#isPinned) this.#used = 0;
  }
}
