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

  /** Takes bytes [start, end) of the chunk, which stay as they are. False: they are not frames. */
  take(chunk: Buffer, start = 0, end = chunk.length): boolean {
    if (this.#bytes === 0) return this.#find(chunk, start, end);
    this.#chunks.push(chunk.subarray(start, end));
    this.#bytes += end - start;
    if (this.#bytes < this.#wanted) return true;
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#bytes = 0;
    return this.#find(all, 0, all.length);
  }

  #find(bytes: Buffer, start: number, end: number): boolean {
    let at = start;
    while (at + 4 <= end) {
      const length = bytes.readUInt32BE(at);
      if (length > this.#maxBytes) return false;
      if (at + 4 + length > end) break;
      this.#received(bytes.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    if (at < end) {
      this.#chunks = [bytes.subarray(at, end)];
      this.#bytes = end - at;
    }
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
