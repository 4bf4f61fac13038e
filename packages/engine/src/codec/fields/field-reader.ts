import { PacketError } from './packet-error.ts';
import { decodeText } from './text.ts';

/** Reads the fields of one packet's body in order, and never past its end. Every method throws PacketError. */
export class FieldReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#end;
  }

  byte(): number {
    return this.#bytes[this.#advance(1)] as number;
  }

  uint16(): number {
    const at = this.#advance(2);
    return ((this.#bytes[at] as number) << 8) | (this.#bytes[at + 1] as number);
  }

  packetId(): number {
    const id = this.uint16();
    if (id === 0) throw new PacketError('packetId'); // [MQTT-2.3.1-1]
    return id;
  }

  text(): string {
    const bytes = this.uint16();
    const start = this.#advance(bytes);
    return decodeText(this.#bytes, start, start + bytes);
  }

  /** A copy: what was received may be a small part of a large buffer. */
  binary(): Buffer {
    const bytes = this.uint16();
    const start = this.#advance(bytes);
    return Buffer.from(this.#bytes.subarray(start, start + bytes));
  }

  skip(bytes: number): void {
    this.#advance(bytes);
  }

  /** Nothing may follow the last field [MQTT-3.1.4-1][MQTT-4.8.0-1]. */
  finish(): void {
    if (!this.isAtEnd) throw new PacketError('trailing');
  }

  #advance(bytes: number): number {
    const at = this.#at;
    if (at + bytes > this.#end) throw new PacketError('truncated');
    this.#at = at + bytes;
    return at;
  }
}
