/**
 * Bytes of a client in, its packets out: the table of contents of the codec. Pure: no socket, no state, no log.
 * `packetBytes` says how long the next packet is, or that it must not come at all; `decodePacket` reads a whole one.
 */

import { bodyStart } from './fields/fixed-header.ts';
import { PacketError } from './fields/packet-error.ts';
import { type CodecLimits, PacketType } from './fields/packet-type.ts';
import { type ConnectPacket, decodeConnect } from './packets/connect.ts';
import { type DisconnectPacket, disconnect } from './packets/disconnect.ts';
import { type PingreqPacket, pingreq } from './packets/ping.ts';
import { decodePuback, type PubackPacket } from './packets/puback.ts';
import { decodePublish, type PublishPacket } from './packets/publish.ts';
import { decodeSubscribe, type SubscribePacket } from './packets/subscribe.ts';
import { decodeUnsubscribe, type UnsubscribePacket } from './packets/unsubscribe.ts';

export type ClientPacket =
  | ConnectPacket
  | PublishPacket
  | PubackPacket
  | SubscribePacket
  | UnsubscribePacket
  | PingreqPacket
  | DisconnectPacket;

/**
 * Decodes the packet that lies whole at `start` up to `end`, its header checked by `packetBytes` before.
 * @throws PacketError
 */
export function decodePacket(bytes: Buffer, start: number, end: number, limits: CodecLimits): ClientPacket {
  const body = bodyStart(bytes, start);
  switch ((bytes[start] as number) >> 4) {
    case PacketType.connect:
      return decodeConnect(bytes, body, end, limits);
    case PacketType.publish:
      return decodePublish(bytes, start, end, limits);
    case PacketType.puback:
      return decodePuback(bytes, body, end);
    case PacketType.subscribe:
      return decodeSubscribe(bytes, body, end, limits);
    case PacketType.unsubscribe:
      return decodeUnsubscribe(bytes, body, end, limits);
    case PacketType.pingreq:
      return pingreq;
    case PacketType.disconnect:
      return disconnect;
    default:
      throw new PacketError('reservedType');
  }
}

/**
 * The order of packets: the first is CONNECT [MQTT-3.1.0-1], and no other is [MQTT-3.1.0-2].
 * @throws PacketError
 */
export function checkOrder(firstByte: number, isConnected: boolean): void {
  const isConnect = firstByte >> 4 === PacketType.connect;
  if (isConnect === isConnected) throw new PacketError(isConnected ? 'secondConnect' : 'notConnect');
}
