/** Messages of one export that are to be committed together, as they come. */
import { frameBytes, type RecordedMessage, readFrame, splitFrames, writeFrame } from '@iotcore/store/exports';

/** Of one commit: some 10 ms of the database. A single message may be larger. */
const mostMessages = 1000;
const mostBytes = 1024 * 1024;
const firstBytes = 4096;

export class OpenChunk {
  readonly exportId: string;
  #buffer: Buffer;
  #length = 0;
  #messages = 0;
  #done: PromiseWithResolvers<void> | undefined;

  constructor(exportId: string, leastBytes: number) {
    this.exportId = exportId;
    this.#buffer = Buffer.allocUnsafe(Math.max(firstBytes, leastBytes));
  }

  get messages(): number {
    return this.#messages;
  }

  get bytes(): number {
    return this.#length;
  }

  get data(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Resolves once it is committed. */
  get done(): Promise<void> {
    this.#done ??= Promise.withResolvers();
    return this.#done.promise;
  }

  /** Somebody waits for it. */
  get isAwaited(): boolean {
    return this.#done !== undefined;
  }

  hasRoomFor(bytes: number): boolean {
    return this.#messages < mostMessages && (this.#length + bytes <= mostBytes || this.#messages === 0);
  }

  /** Copies the message. */
  add(message: Omit<RecordedMessage, 'topic'> & { readonly topic: Buffer }): void {
    const { deviceId, topic, payload } = message;
    const end = this.#length + frameBytes(deviceId.length, topic.length, payload.length);
    if (end > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(end, 2 * this.#buffer.length));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    this.#length = writeFrame(this.#buffer, this.#length, message);
    this.#messages += 1;
  }

  /** Takes out what nobody waits for. Answers how many messages that were. */
  dropQos0(): number {
    const frames = splitFrames(this.data);
    const kept = frames.filter((frame) => readFrame(frame).qos === 1);
    const dropped = frames.length - kept.length;
    if (dropped === 0) return 0;
    this.#buffer = Buffer.concat(kept);
    this.#length = this.#buffer.length;
    this.#messages = kept.length;
    return dropped;
  }

  committed(): void {
    this.#done?.resolve();
  }

  failed(error: unknown): void {
    this.#done?.reject(error);
  }
}
