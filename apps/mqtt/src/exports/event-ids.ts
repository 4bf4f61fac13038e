import { randomFillSync } from 'node:crypto';

const idBytes = 16;
/** Random bytes are drawn for so many IDs at once: one draw costs as much as a hundred IDs. */
const idsAtATime = 256;

/** Makes event IDs: UUIDs of version 7, which sort by the time of their making (RFC 9562). */
export class EventIds {
  readonly #bytes = Buffer.alloc(idBytes * idsAtATime);
  readonly #ids = Array.from({ length: idsAtATime }, (_, n) =>
    this.#bytes.subarray(n * idBytes, (n + 1) * idBytes),
  );
  #next = idsAtATime;

  /** 16 bytes, good until the next call. */
  create(nowMs: number): Buffer {
    if (this.#next === idsAtATime) {
      randomFillSync(this.#bytes);
      this.#next = 0;
    }
    const id = this.#ids[this.#next] as Buffer;
    this.#next += 1;
    id.writeUIntBE(nowMs, 0, 6);
    id.writeUInt8((id.readUInt8(6) & 0x0f) | 0x70, 6);
    id.writeUInt8((id.readUInt8(8) & 0x3f) | 0x80, 8);
    return id;
  }
}
