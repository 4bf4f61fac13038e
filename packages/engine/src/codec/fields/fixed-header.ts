/**
 * The fixed header, MQTT 3.1.1 section 2.2: type, flags, remaining length. What is wrong with a packet's first byte or its
 * size is found here, before any of its body has come.
 */
import { PacketError, type PacketErrorCode } from './packet-error.ts';
import { PacketType } from './packet-type.ts';

/** The error of a packet, by its first byte; undefined: none. */
const firstByteProblems: readonly (PacketErrorCode | undefined)[] = Array.from({ length: 256 }, (_, byte) =>
  firstByteProblem(byte >> 4, byte & 0x0f),
);

/** Types whose remaining length is always the same; the others are -1. */
const exactLengths = new Int8Array(16).fill(-1);
exactLengths[PacketType.puback] = 2;
exactLengths[PacketType.pingreq] = 0;
exactLengths[PacketType.disconnect] = 0;

function firstByteProblem(type: number, flags: number): PacketErrorCode | undefined {
  switch (type) {
    case PacketType.publish: {
      const qos = (flags >> 1) & 3;
      if (qos === 3) return 'qos3'; // [MQTT-3.3.1-4]
      if (qos === 2) return 'qos2';
      return qos === 0 && flags & 8 ? 'duplicateAtQos0' : undefined; // [MQTT-3.3.1-2]
    }
    case PacketType.subscribe: // [MQTT-3.8.1-1]
    case PacketType.unsubscribe: // [MQTT-3.10.1-1]
      return flags === 2 ? undefined : 'reservedFlags';
    case PacketType.connect:
    case PacketType.puback:
    case PacketType.pingreq:
    case PacketType.disconnect: // [MQTT-3.14.1-1]
      return flags === 0 ? undefined : 'reservedFlags'; // [MQTT-2.2.2-2]
    case PacketType.pubrec:
    case PacketType.pubcomp:
      return flags === 0 ? 'qos2' : 'reservedFlags';
    case PacketType.pubrel: // [MQTT-3.6.1-1]
      return flags === 2 ? 'qos2' : 'reservedFlags';
    case PacketType.connack:
    case PacketType.suback:
    case PacketType.unsuback:
    case PacketType.pingresp:
      return 'serverPacket';
    default:
      return 'reservedType';
  }
}

/** Bytes of the fixed header of a packet with this remaining length, in the shortest encoding. */
export function headerBytes(remainingLength: number): number {
  if (remainingLength < 128) return 2;
  if (remainingLength < 16_384) return 3;
  return remainingLength < 2_097_152 ? 4 : 5;
}

/**
 * How many bytes the packet has that begins at `at`, header included; 0 while its header is not complete.
 * Longer encodings of a length than necessary are taken as they are, up to four bytes: MQTT 3.1.1 is silent on them.
 * @throws PacketError for a packet that no client may send, or that is larger than `maxBytes`
 */
export function packetBytes(bytes: Uint8Array, at: number, end: number, maxBytes: number): number {
  const first = bytes[at] as number;
  const problem = firstByteProblems[first];
  if (problem !== undefined) throw new PacketError(problem);
  let length = 0;
  for (let i = at + 1, scale = 1; ; i++, scale *= 128) {
    if (i === at + 5) throw new PacketError('lengthEncoding');
    if (i >= end) return 0;
    const byte = bytes[i] as number;
    length += (byte & 127) * scale;
    if (byte < 128) {
      const total = i + 1 - at + length;
      const exact = exactLengths[first >> 4] as number;
      if (exact >= 0 && length !== exact) throw new PacketError('lengthOfType');
      if (total > maxBytes) throw new PacketError('packetTooLarge');
      return total;
    }
  }
}

/** Where the body of a whole packet begins. */
export function bodyStart(bytes: Uint8Array, at: number): number {
  let i = at + 1;
  while ((bytes[i] as number) >= 128) i++;
  return i + 1;
}

/** Writes a fixed header in the shortest encoding; returns where the body begins. */
export function writeFixedHeader(
  bytes: Uint8Array,
  at: number,
  firstByte: number,
  remainingLength: number,
): number {
  bytes[at++] = firstByte;
  let rest = remainingLength;
  while (rest >= 128) {
    bytes[at++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}
