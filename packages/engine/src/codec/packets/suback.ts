import type { Qos } from '../../port.ts';
import { headerBytes, writeFixedHeader } from '../fields/fixed-header.ts';

export const subscriptionRefused = 0x80;
export type SubackCode = Qos | typeof subscriptionRefused;

/** SUBACK, section 3.9: one code for each filter, in their order [MQTT-3.9.3-1][MQTT-3.9.3-2][MQTT-3.8.4-5]. */
export function encodeSuback(packetId: number, codes: readonly SubackCode[]): Buffer {
  const remaining = 2 + codes.length;
  const packet = Buffer.allocUnsafe(headerBytes(remaining) + remaining);
  const body = writeFixedHeader(packet, 0, 0x90, remaining);
  packet.writeUInt16BE(packetId, body); // [MQTT-2.3.1-7][MQTT-3.8.4-2]
  packet.set(codes, body + 2);
  return packet;
}
