/**
 * Messages as they lie in the log of an export: frames, one after the other. Written by the MQTT server, read by the export
 * process, also by one of another version: what is there never changes its place.
 *
 * | bytes | holds |
 * | --- | --- |
 * | 4 | length of what follows |
 * | 16 | event ID, a UUID of version 7 |
 * | 6 | when it was received, in ms since 1970 |
 * | 1 | QoS |
 * | 1, 2 | lengths of publisher and topic |
 * | … | the device that sent it (empty: none did), the topic, the payload |
 */
export interface RecordedMessage {
  /** 16 bytes. */
  readonly eventId: Buffer;
  /** In ms since 1970. */
  readonly receivedAtMs: number;
  readonly qos: 0 | 1;
  /** The device that sent it; empty if a registry did, or a client of a broker. */
  readonly deviceId: string;
  /** As a subscriber with the filter of the export would see it. */
  readonly topic: string;
  readonly payload: Buffer;
}

const lengthBytes = 4;
const fixedBytes = 26;

/** SQL: when the first message of a chunk was received, in ms since 1970. `data`: the column. */
export const firstReceivedAt = (data: string) =>
  `('x' || encode(substring(${data} FROM 21 FOR 6), 'hex'))::bit(48)::bigint`;

/** The size of a frame, in bytes. */
export function frameBytes(deviceIdBytes: number, topicBytes: number, payloadBytes: number): number {
  return lengthBytes + fixedBytes + deviceIdBytes + topicBytes + payloadBytes;
}

/** Writes a frame at `start`, where there is room for it. Answers its end. */
export function writeFrame(
  into: Buffer,
  start: number,
  message: Omit<RecordedMessage, 'topic'> & { readonly topic: Buffer },
): number {
  const { eventId, receivedAtMs, qos, deviceId, topic, payload } = message;
  const end = start + frameBytes(deviceId.length, topic.length, payload.length);
  let at = into.writeUInt32BE(end - start - lengthBytes, start);
  at += eventId.copy(into, at);
  at = into.writeUIntBE(receivedAtMs, at, 6);
  at = into.writeUInt8(qos, at);
  at = into.writeUInt8(deviceId.length, at);
  at = into.writeUInt16BE(topic.length, at);
  at += into.write(deviceId, at, 'latin1');
  at += topic.copy(into, at);
  payload.copy(into, at);
  return end;
}

/** The frames of a chunk, as they are. @throws RangeError if it is damaged */
export function splitFrames(chunk: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let start = 0; start < chunk.length; ) {
    const end = start + lengthBytes + chunk.readUInt32BE(start);
    if (end > chunk.length) throw new RangeError('a chunk ends within a frame');
    frames.push(chunk.subarray(start, end));
    start = end;
  }
  return frames;
}

/** What a frame says. Its bytes are not copied. @throws RangeError if it is damaged */
export function readFrame(frame: Buffer): RecordedMessage {
  const at = lengthBytes + 16;
  const deviceIdLength = frame.readUInt8(at + 7);
  const deviceIdStart = lengthBytes + fixedBytes;
  const topicStart = deviceIdStart + deviceIdLength;
  const payloadStart = topicStart + frame.readUInt16BE(at + 8);
  if (payloadStart > frame.length) throw new RangeError('a frame ends within its topic');
  return {
    eventId: frame.subarray(lengthBytes, at),
    receivedAtMs: frame.readUIntBE(at, 6),
    qos: frame.readUInt8(at + 6) === 0 ? 0 : 1,
    deviceId: frame.toString('latin1', deviceIdStart, topicStart),
    topic: frame.toString('utf8', topicStart, payloadStart),
    payload: frame.subarray(payloadStart),
  };
}

/** An event ID as text: `0192…-7…`. */
export function eventIdText(eventId: Buffer): string {
  const hex = eventId.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
