/**
 * A message on its way to its receivers, in its encodings. Each encoding is made once for all receivers that share it. The
 * QoS 0 packet is the same for all; QoS 1 packets differ only in the packet identifier, which is overwritten, or written to a
 * copy where the packet of another receiver waits to be sent. The received packet is itself the first encoding, if the
 * message goes out under the name that it came with.
 */
import { headerBytes, publishBytes, writePublishHeader } from '../../codec/index.ts';
import type { Qos } from '../../port.ts';
import type { Addressable, TopicName } from '../../routing/index.ts';
import { largePieceBytes, type Outbox } from '../io/outbox.ts';
import type { Tick } from '../timing/tick.ts';
import { type KeptMessage, KeptPayload } from './kept-message.ts';

/** A message that is kept: where, and the how manieth of its topic. */
export interface RetainedPlace {
  readonly namespace: string;
  readonly topic: string;
  readonly version: number;
}

const nameless: TopicName = { topic: '', topicBytes: Buffer.alloc(0) };

export class OutgoingMessage implements Addressable {
  readonly qos: Qos;
  readonly #tick: Tick;
  /** The payload is bytes [payloadStart, payloadEnd), which stay as they are until the end of the tick. */
  readonly bytes: Buffer;
  readonly payloadStart: number;
  readonly payloadEnd: number;
  readonly #retain: boolean;
  #topicName: TopicName = nameless;
  #source0: Buffer | undefined;
  #start0 = 0;
  #end0 = 0;
  #source1: Buffer | undefined;
  #start1 = 0;
  #end1 = 0;
  /** Where the identifier stands in `source1`, and which: 0 is none yet. */
  #idAt1 = 0;
  #id1 = 0;
  #kept: KeptPayload | undefined;
  /** Where the host retains it, if the host does and has told the version. */
  retainedAs: RetainedPlace | undefined;

  constructor(
    tick: Tick,
    bytes: Buffer,
    payloadStart: number,
    payloadEnd: number,
    qos: Qos,
    retain: boolean,
  ) {
    this.#tick = tick;
    this.bytes = bytes;
    this.payloadStart = payloadStart;
    this.payloadEnd = payloadEnd;
    this.#retain = retain;
    this.qos = qos;
  }

  get input(): number {
    return this.#tick.input;
  }

  get topic(): string {
    return this.#topicName.topic;
  }

  /** The size of its packet. */
  packetBytes(qos: Qos): number {
    return publishBytes(this.#topicName.topicBytes.length, this.payloadBytes, qos);
  }

  get payloadBytes(): number {
    return this.payloadEnd - this.payloadStart;
  }

  /** Stays as it is until the end of the tick. */
  get payload(): Buffer {
    return this.bytes.subarray(this.payloadStart, this.payloadEnd);
  }

  /** A copy of the payload, or of its first bytes, that lasts. */
  copyPayload(mostBytes = this.payloadBytes): Buffer {
    const end = Math.min(this.payloadEnd, this.payloadStart + mostBytes);
    return Buffer.from(this.bytes.subarray(this.payloadStart, end));
  }

  /** The same message over bytes of its own, for a later tick. A payload that waits for receivers of both is kept once. */
  again(): OutgoingMessage {
    this.#kept ??= new KeptPayload(this.copyPayload());
    const { bytes } = this.#kept;
    const message = new OutgoingMessage(this.#tick, bytes, 0, bytes.length, this.qos, this.#retain);
    message.#kept = this.#kept;
    return message;
  }

  /** What a session keeps that cannot send it yet; the payload is copied once, for all of them. */
  keep(): KeptMessage {
    this.#kept ??= new KeptPayload(this.copyPayload());
    const { topic, topicBytes } = this.#topicName;
    return { topic, topicBytes, payload: this.#kept, retain: this.#retain };
  }

  /**
   * The received packet [start, payloadEnd) under this topic name of so many bytes may go out as it came, with DUP and RETAIN cleared
   * [MQTT-3.3.1-3][MQTT-3.3.1-9]. A length that was encoded longer than necessary is not sent on.
   */
  offerReceived(start: number, topicName: TopicName, topicBytes: number): void {
    const bodyBytes = 2 + topicBytes + 2 * this.qos + this.payloadBytes;
    if (this.payloadEnd - start !== headerBytes(bodyBytes) + bodyBytes) return;
    this.#topicName = topicName;
    this.bytes[start] = 0x30 | (this.qos << 1);
    if (this.qos === 0) {
      this.#source0 = this.bytes;
      this.#start0 = start;
      this.#end0 = this.payloadEnd;
    } else {
      this.#source1 = this.bytes;
      this.#start1 = start;
      this.#end1 = this.payloadEnd;
      this.#idAt1 = this.payloadStart - 2;
    }
  }

  addressTo(topicName: TopicName): void {
    if (topicName !== this.#topicName && topicName.topic !== this.#topicName.topic)
      this.#source0 = this.#source1 = undefined;
    this.#topicName = topicName;
  }

  /** Returns the size of the packet, like the next. */
  appendAtQos0(outbox: Outbox): number {
    if (this.#source0 === undefined) {
      this.#start0 = this.#encode(0);
      this.#source0 = this.#tick.messages.buffer;
      this.#end0 = this.#start0 + publishBytes(this.#topicName.topicBytes.length, this.payloadBytes, 0);
    }
    outbox.append(this.#source0, this.#start0, this.#end0);
    return this.#end0 - this.#start0;
  }

  appendAtQos1(outbox: Outbox, id: number): number {
    if (this.#source1 === undefined) {
      this.#start1 = this.#encode(1);
      this.#source1 = this.#tick.messages.buffer;
      this.#end1 = this.#start1 + publishBytes(this.#topicName.topicBytes.length, this.payloadBytes, 1);
      this.#idAt1 = this.#end1 - this.payloadBytes - 2;
      this.#id1 = 0;
    } else if (this.#id1 !== 0 && this.#id1 !== id) {
      if (this.payloadBytes >= largePieceBytes) {
        this.#appendInTwo(outbox, this.#source1, id);
        return this.#end1 - this.#start1;
      }
      this.#copyAtQos1();
    }
    if (this.#id1 !== id) {
      this.#source1[this.#idAt1] = id >> 8;
      this.#source1[this.#idAt1 + 1] = id & 255;
      this.#id1 = id;
    }
    outbox.append(this.#source1, this.#start1, this.#end1);
    return this.#end1 - this.#start1;
  }

  /** A header of its own in front of a large payload that all receivers share. */
  #appendInTwo(outbox: Outbox, source: Buffer, id: number): void {
    const arena = this.#tick.messages;
    const headerBytes = this.#idAt1 - this.#start1;
    const start = arena.reserve(headerBytes + 2);
    source.copy(arena.buffer, start, this.#start1, this.#idAt1);
    arena.buffer.writeUInt16BE(id, start + headerBytes);
    outbox.append(arena.buffer, start, start + headerBytes + 2);
    outbox.append(source, this.#idAt1 + 2, this.#end1);
  }

  #encode(qos: Qos): number {
    const { topicBytes } = this.#topicName;
    const arena = this.#tick.messages;
    const start = arena.reserve(publishBytes(topicBytes.length, this.payloadBytes, qos));
    const at = writePublishHeader(arena.buffer, start, topicBytes, this.payloadBytes, qos, this.#retain);
    this.bytes.copy(arena.buffer, at, this.payloadStart, this.payloadEnd);
    return start;
  }

  #copyAtQos1(): void {
    const arena = this.#tick.messages;
    const bytes = this.#end1 - this.#start1;
    const start = arena.reserve(bytes);
    this.#source1?.copy(arena.buffer, start, this.#start1, this.#end1);
    this.#idAt1 += start - this.#start1;
    this.#source1 = arena.buffer;
    this.#start1 = start;
    this.#end1 = start + bytes;
  }
}
