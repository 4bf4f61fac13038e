/** Finds the frames in the bytes of a socket: each with its length in front, in 4 bytes. */
export class FrameAssembler {
  readonly #maxBytes: number;
  readonly #received: (frame: Buffer) => void;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(maxBytes: number, received: (frame: Buffer) => void) {
    this.#maxBytes = maxBytes;
    this.#received = received;
  }

  /** False: the bytes are not frames. */
  take(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#wanted) return true;
    const all = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    let at = 0;
    while (at + 4 <= all.length) {
      const length = all.readUInt32BE(at);
      if (length > this.#maxBytes) return false;
      if (at + 4 + length > all.length) break;
      this.#received(all.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    const rest = all.subarray(at);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#bytes = rest.length;
    return true;
  }

  /** Bytes before which there is nothing to be looked for: a long frame is put together once. */
  get #wanted(): number {
    const first = this.#chunks[0];
    if (first === undefined || first.length < 4) return 4;
    const length = first.readUInt32BE(0);
    // One that is too long is found out at once.
    return length > this.#maxBytes ? 4 : 4 + length;
  }
}
