/**
 * Packets that aedes gets in the place of the client's own. It is told of filters by tokens (see subscriptions.ts), and
 * what the client said in CONNECT reaches it through the preConnect hook, without the credentials.
 */

import type { Qos } from '@iotcore/engine';
import { headerBytes, writeFixedHeader } from '@iotcore/engine/codec';

/** Protocol MQTT, level 4, clean session, no keep alive, client ID `_`. */
export const connectForAedes = Buffer.from('100d00044d5154540402000000015f', 'hex');
export const pingreqForAedes = Buffer.from([0xc0, 0]);
export const disconnectForAedes = Buffer.from([0xe0, 0]);

export function subscribeForAedes(
  packetId: number,
  requests: readonly { readonly token: string; readonly qos: Qos }[],
): Buffer {
  return packet(
    0x82,
    packetId,
    requests.flatMap(({ token, qos }) => [text(token), Buffer.from([qos])]),
  );
}

/** May name no topic at all: aedes answers that as it must be answered [MQTT-3.10.4-5], only a client may not send it. */
export function unsubscribeForAedes(packetId: number, tokens: readonly string[]): Buffer {
  return packet(0xa2, packetId, tokens.map(text));
}

function text(value: string): Buffer {
  const field = Buffer.allocUnsafe(2 + Buffer.byteLength(value));
  field.writeUInt16BE(field.length - 2);
  field.write(value, 2);
  return field;
}

function packet(firstByte: number, packetId: number, fields: readonly Buffer[]): Buffer {
  const body = Buffer.concat(fields);
  const remaining = 2 + body.length;
  const bytes = Buffer.allocUnsafe(headerBytes(remaining) + remaining);
  const at = writeFixedHeader(bytes, 0, firstByte, remaining);
  bytes.writeUInt16BE(packetId, at);
  body.copy(bytes, at + 2);
  return bytes;
}
