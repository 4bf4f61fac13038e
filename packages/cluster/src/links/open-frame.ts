/**
 * The frame of a link that is being written: its records go straight to where they are sent from. Frames lie one after the other in
 * chunks, and stay as they are until nobody has them any more, since a link sends them again, and a carrier may hold them.
 */
import { type FrameNumbers, frameHeadBytes, writeFrameHead } from '../frames/frame.ts';

const chunkBytes = 65_536;

export class OpenFrame {
  #chunk = Buffer.alloc(0);
  #start = 0;
  #end = frameHeadBytes;

  /** Of its records. */
  get bodyBytes(): number {
    return this.#end - this.#start - frameHeadBytes;
  }

  /** Where `reserve` has reserved. */
  get buffer(): Buffer {
    return this.#chunk;
  }

  /** Makes room in `buffer` for so many bytes of records, and returns where it begins. */
  reserve(bytes: number): number {
    if (this.#end + bytes > this.#chunk.length) this.#move(bytes);
    const at = this.#end;
    this.#end += bytes;
    return at;
  }

  /** The whole frame; the next one is empty. `head`: how it begins. */
  close(head: Buffer, numbers: FrameNumbers): Buffer {
    if (this.#end > this.#chunk.length) this.#move(0);
    const frame = this.#chunk.subarray(this.#start, this.#end);
    writeFrameHead(frame, head, numbers);
    this.#start = this.#end;
    this.#end += frameHeadBytes;
    return frame;
  }

  clear(): void {
    this.#chunk = Buffer.alloc(0);
    this.#start = 0;
    this.#end = frameHeadBytes;
  }

  /** What has been written of this frame goes on in a new chunk. */
  #move(moreBytes: number): void {
    const written = this.#chunk.subarray(this.#start, Math.min(this.#end, this.#chunk.length));
    const length = this.#end - this.#start;
    this.#chunk = Buffer.allocUnsafeSlow(Math.max(chunkBytes, 2 * (length + moreBytes)));
    this.#chunk.set(written);
    this.#start = 0;
    this.#end = length;
  }
}
