import type { Qos } from '../../port.ts';
import { bodyStart, headerBytes, writeFixedHeader } from '../fields/fixed-header.ts';
import { PacketError } from '../fields/packet-error.ts';
import type { CodecLimits } from '../fields/packet-type.ts';
import { decodeText } from '../fields/text.ts';
import { checkTopicName } from '../fields/topic-fields.ts';

const [plus, hash, slash] = [0x2b, 0x23, 0x2f];

export interface PublishPacket {
  readonly type: 'publish';
  readonly topic: string;
  /** A view of the received bytes: copy what is to outlive them. */
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly duplicate: boolean;
  readonly retain: boolean;
  /** 0 at QoS 0. */
  readonly packetId: number;
}

/** Where the parts of a received PUBLISH lie; the payload ends where the packet ends. */
export interface PublishLayout {
  readonly qos: Qos;
  readonly retain: boolean;
  readonly packetId: number;
  readonly topicStart: number;
  readonly topicEnd: number;
  readonly payloadStart: number;
}

/**
 * Takes a whole PUBLISH apart without looking at its topic, which the hot path knows by its bytes already.
 * @throws PacketError
 */
export function publishLayout(bytes: Buffer, start: number, end: number, limits: CodecLimits): PublishLayout {
  const first = bytes[start] as number;
  const qos = ((first >> 1) & 1) as Qos;
  const body = bodyStart(bytes, start);
  const topicStart = body + 2;
  if (topicStart > end) throw new PacketError('truncated');
  const topicEnd = topicStart + (((bytes[body] as number) << 8) | (bytes[body + 1] as number));
  const payloadStart = topicEnd + (qos === 0 ? 0 : 2);
  if (payloadStart > end) throw new PacketError('truncated');
  let packetId = 0; // [MQTT-2.3.1-5]
  if (qos === 1) {
    packetId = ((bytes[topicEnd] as number) << 8) | (bytes[topicEnd + 1] as number);
    if (packetId === 0) throw new PacketError('packetId'); // [MQTT-2.3.1-1]
  }
  if (end - payloadStart > limits.maxPayloadBytes) throw new PacketError('payloadTooLarge');
  return { qos, retain: (first & 1) !== 0, packetId, topicStart, topicEnd, payloadStart };
}

/** The topic of a PUBLISH, checked. @throws PacketError */
export function publishTopic(bytes: Buffer, layout: PublishLayout, limits: CodecLimits): string {
  const topic = decodeText(bytes, layout.topicStart, layout.topicEnd); // [MQTT-3.3.2-1]
  checkTopicName(topic, limits);
  return topic;
}

/**
 * Is this the end of a topic that needs no closer look: ASCII without wildcards and control characters, and of so many levels
 * at most? If not, `publishTopic` decides whether the topic is valid.
 */
export function isPlainTopicRest(bytes: Buffer, start: number, end: number, maxLevels: number): boolean {
  let levels = 1;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte < 0x20 || byte > 0x7e || byte === plus || byte === hash) return false;
    if (byte === slash) levels++;
  }
  return levels <= maxLevels;
}

/** PUBLISH, section 3.3. `start` is that of the packet, since the fixed header carries fields of its own. */
export function decodePublish(bytes: Buffer, start: number, end: number, limits: CodecLimits): PublishPacket {
  const layout = publishLayout(bytes, start, end, limits);
  return {
    type: 'publish',
    topic: publishTopic(bytes, layout, limits),
    payload: bytes.subarray(layout.payloadStart, end),
    qos: layout.qos,
    duplicate: ((bytes[start] as number) & 8) !== 0,
    retain: layout.retain,
    packetId: layout.packetId,
  };
}

/** The largest PUBLISH within the limits. */
export function maxPublishBytes(limits: CodecLimits): number {
  const body = 2 + Math.min(limits.maxTopicBytes, 65_535) + 2 + limits.maxPayloadBytes;
  return headerBytes(body) + body;
}

/** Bytes of a PUBLISH with a topic and payload of these sizes. */
export function publishBytes(topicBytes: number, payloadBytes: number, qos: Qos): number {
  const body = 2 + topicBytes + 2 * qos + payloadBytes;
  return headerBytes(body) + body;
}

/**
 * Writes a PUBLISH up to its payload, with DUP 0: a message is sent on as a new one [MQTT-3.3.1-1][MQTT-3.3.1-3].
 * The packet identifier, if any, is the last two bytes, and is left to the caller: it differs from receiver to receiver.
 * Returns where the payload begins.
 */
export function writePublishHeader(
  bytes: Uint8Array,
  at: number,
  topic: Uint8Array,
  payloadBytes: number,
  qos: Qos,
  retain: boolean,
): number {
  const remaining = 2 + topic.length + 2 * qos + payloadBytes;
  at = writeFixedHeader(bytes, at, 0x30 | (qos << 1) | (retain ? 1 : 0), remaining);
  bytes[at++] = topic.length >> 8;
  bytes[at++] = topic.length & 255;
  bytes.set(topic, at);
  return at + topic.length + 2 * qos;
}
