/**
 * The frame of a link that is being written: its records go straight to where they are sent from. Frames lie one after the other in
 * chunks, and stay as they are until they are acknowledged, since a link sends them again. A chunk is written anew once all its
 * frames are acknowledged: fresh memory for each would soon be as much garbage as the messages are bytes, and outlive the
 * collections that cost little.
 */
import { type FrameNumbers, frameHeadBytes, writeFrameHead } from '../frames/frame.ts';

/** A frame is no longer, unless a single record is; with its head it is shorter than the MiB that NATS takes. */
const chunkBytes = 524_288;
/** Chunks that a busy link keeps to write them anew: what it sends while acknowledgements are under way between two processes. */
const mostReady = 8;

/** Where frames lie. */
export interface Chunk {
  readonly bytes: Buffer;
  /** Frames that are not acknowledged. */
  frames: number;
  /**
   * One of them was sent more than once. The other has one of these copies when it acknowledges, and the carrier may still hold
   * another, half of it written: the chunk is left as it is.
   */
  isHeld: boolean;
}

export interface ClosedFrame {
  readonly bytes: Buffer;
  readonly chunk: Chunk;
}

/** Before the first. */
const noChunk: Chunk = { bytes: Buffer.alloc(0), frames: 0, isHeld: true };

export class OpenFrame {
  #chunk = noChunk;
  #start = 0;
  #end = frameHeadBytes;
  readonly #ready: Chunk[] = [];

  /** Of its records. */
  get bodyBytes(): number {
    return this.#end - this.#start - frameHeadBytes;
  }

  /** Where `reserve` has reserved. */
  get buffer(): Buffer {
    return this.#chunk.bytes;
  }

  /** Is there room for so many bytes of records beside those before them? */
  hasRoom(bytes: number): boolean {
    return this.#end + bytes <= this.#chunk.bytes.length;
  }

  /** Makes room in `buffer` for so many bytes of records, and returns where it begins. */
  reserve(bytes: number): number {
    if (!this.hasRoom(bytes)) this.#move(bytes);
    const at = this.#end;
    this.#end += bytes;
    return at;
  }

  /** The whole frame; the next one is empty. `head`: how it begins. */
  close(head: Buffer, numbers: FrameNumbers): ClosedFrame {
    if (!this.hasRoom(0)) this.#move(0);
    const chunk = this.#chunk;
    const bytes = chunk.bytes.subarray(this.#start, this.#end);
    writeFrameHead(bytes, head, numbers);
    chunk.frames++;
    this.#startAt(this.#end);
    return { bytes, chunk };
  }

  /** To be called once for each frame, when it is needed no more. */
  release(chunk: Chunk): void {
    chunk.frames--;
    if (chunk !== this.#chunk) this.#keepReady(chunk);
    else if (isFree(chunk) && this.bodyBytes === 0) this.#startAt(0);
  }

  /** For a link that is idle. */
  forgetReady(): void {
    this.#ready.length = 0;
  }

  clear(): void {
    this.#chunk = noChunk;
    this.#startAt(0);
    this.forgetReady();
  }

  /** An empty frame. */
  #startAt(start: number): void {
    this.#start = start;
    this.#end = start + frameHeadBytes;
  }

  #keepReady(chunk: Chunk): void {
    if (isFree(chunk) && chunk.bytes.length === chunkBytes && this.#ready.length < mostReady)
      this.#ready.push(chunk);
  }

  /** What has been written of this frame goes on in another chunk. */
  #move(moreBytes: number): void {
    const before = this.#chunk;
    const written = before.bytes.subarray(this.#start, Math.min(this.#end, before.bytes.length));
    const length = this.#end - this.#start;
    this.#keepReady(before);
    const chunk = this.#take(length + moreBytes);
    chunk.bytes.set(written);
    this.#chunk = chunk;
    this.#start = 0;
    this.#end = length;
  }

  #take(bytes: number): Chunk {
    const ready = bytes <= chunkBytes ? this.#ready.pop() : undefined;
    return ready ?? { bytes: Buffer.allocUnsafeSlow(Math.max(chunkBytes, bytes)), frames: 0, isHeld: false };
  }
}

function isFree({ frames, isHeld }: Chunk): boolean {
  return frames === 0 && !isHeld;
}
