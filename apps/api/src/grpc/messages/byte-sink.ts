/** Grows as it is written to: the values of protocol buffers, one after the other (protobuf.dev, encoding). */

const firstBytes = 1024;
/** Texts of fewer characters are copied character by character: for them that is faster than a call of Buffer. */
const shortCharacters = 64;
/** Bytes of the longest varint. */
const maxVarint = 10;
/** Of the memory that a sink keeps for what it takes next: a list of some thousand devices. */
const maxKeptBytes = 512 * 1024;

export class ByteSink {
  #bytes = Buffer.allocUnsafe(firstBytes);
  #length = 0;

  /** What was written since this was asked last. The sink keeps its memory: growing it anew took as long as what is written. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    if (this.#bytes.length > maxKeptBytes) this.#bytes = Buffer.allocUnsafe(firstBytes);
    return taken;
  }

  /** Forgets what was written. */
  clear(): void {
    this.#length = 0;
  }

  /** A whole number; a negative one has ten bytes, as int32 and int64 have them. */
  varint(value: number): void {
    this.#makeRoom(maxVarint);
    if (value < 0) {
      this.#bigVarint(BigInt.asUintN(64, BigInt(value)));
      return;
    }
    let rest = value;
    // No bit operations: seconds of a time have more than 32 bits.
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** Length, then UTF-8. */
  text(value: string): void {
    if (value.length < shortCharacters && this.#ascii(value)) return;
    const size = Buffer.byteLength(value);
    this.varint(size);
    this.#makeRoom(size);
    this.#length += this.#bytes.write(value, this.#length);
  }

  /** Length, then bytes. */
  raw(value: Uint8Array): void {
    this.varint(value.length);
    this.#makeRoom(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** Begins something that has its length before it; `close` with the answer ends it. */
  open(): number {
    this.#makeRoom(1);
    this.#length += 1;
    return this.#length;
  }

  close(start: number): void {
    const size = this.#length - start;
    if (size < 128) {
      this.#bytes[start - 1] = size;
      return;
    }
    // The length takes more than the byte that was left for it: what follows moves.
    const end = this.#length + varintSize(size) - 1;
    this.#makeRoom(maxVarint);
    this.#bytes.copyWithin(start + varintSize(size) - 1, start, this.#length);
    this.#length = start - 1;
    this.varint(size);
    this.#length = end;
  }

  /** False if it is more than ASCII; then nothing was written. */
  #ascii(value: string): boolean {
    this.#makeRoom(1 + value.length);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = value.length;
    for (let i = 0; i < value.length; i += 1) {
      const code = value.charCodeAt(i);
      if (code > 127) return false;
      bytes[at++] = code;
    }
    this.#length = at;
    return true;
  }

  #bigVarint(value: bigint): void {
    let rest = value;
    while (rest > 127n) {
      this.#bytes[this.#length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  #makeRoom(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(2 * (this.#length + size));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size += 1;
  return size;
}
