import type { Reason } from '../../port.ts';
import { reasons } from '../../reasons.ts';
import { FieldReader } from '../fields/field-reader.ts';
import { PacketError } from '../fields/packet-error.ts';
import type { CodecLimits } from '../fields/packet-type.ts';
import { checkTopicName } from '../fields/topic-fields.ts';

export interface ConnectPacket {
  readonly type: 'connect';
  /** May be empty: see `identifierRefusal`. */
  readonly clientId: string;
  readonly cleanSession: boolean;
  readonly keepAliveSeconds: number;
  readonly username: string | undefined;
  readonly password: Buffer | undefined;
  readonly will: ConnectWill | undefined;
}

export interface ConnectWill {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

const Flag = {
  reserved: 0x01,
  cleanSession: 0x02,
  will: 0x04,
  willRetain: 0x20,
  password: 0x40,
  username: 0x80,
} as const;

/** CONNECT, section 3.1. The fields of the payload come in the order of [MQTT-3.1.3-1]. */
export function decodeConnect(bytes: Buffer, start: number, end: number, limits: CodecLimits): ConnectPacket {
  const fields = new FieldReader(bytes, start, end);
  checkProtocol(fields);
  const flags = fields.byte();
  checkFlags(flags);
  const keepAliveSeconds = fields.uint16();
  const clientId = fields.text(); // [MQTT-3.1.3-3][MQTT-3.1.3-4]
  const will = flags & Flag.will ? readWill(fields, flags, limits) : undefined; // [MQTT-3.1.2-9]
  const username = flags & Flag.username ? fields.text() : undefined; // [MQTT-3.1.2-18][MQTT-3.1.2-19][MQTT-3.1.3-11]
  const password = flags & Flag.password ? fields.binary() : undefined; // [MQTT-3.1.2-20][MQTT-3.1.2-21]
  fields.finish(); // [MQTT-3.1.4-1]
  const cleanSession = (flags & Flag.cleanSession) !== 0;
  return { type: 'connect', clientId, cleanSession, keepAliveSeconds, username, password, will };
}

function checkProtocol(fields: FieldReader): void {
  const name = fields.text();
  const level = fields.byte();
  // MQTT 3.1 says "MQIsdp" and 3: a client of a version that we do not speak, not a stranger to MQTT.
  if (name === 'MQIsdp' && level === 3) throw new PacketError('mqtt31');
  if (name !== 'MQTT') throw new PacketError('protocolName'); // [MQTT-3.1.2-1]
  if (level === 5) throw new PacketError('mqtt5');
  if (level !== 4) throw new PacketError('protocolLevel'); // [MQTT-3.1.2-2]
}

function checkFlags(flags: number): void {
  if (flags & Flag.reserved) throw new PacketError('connectFlag'); // [MQTT-3.1.2-3]
  const willQos = willQosOf(flags);
  if (willQos === 3) throw new PacketError('willQos'); // [MQTT-3.1.2-14]
  if (!(flags & Flag.will) && (willQos !== 0 || flags & Flag.willRetain)) {
    throw new PacketError('willFlags'); // [MQTT-3.1.2-11][MQTT-3.1.2-13][MQTT-3.1.2-15]
  }
  if (flags & Flag.password && !(flags & Flag.username)) throw new PacketError('passwordFlag'); // [MQTT-3.1.2-22]
}

function readWill(fields: FieldReader, flags: number, limits: CodecLimits): ConnectWill {
  const topic = fields.text(); // [MQTT-3.1.3-10]
  checkTopicName(topic, limits);
  const payload = fields.binary();
  return { topic, payload, qos: willQosOf(flags) as 0 | 1 | 2, retain: (flags & Flag.willRetain) !== 0 };
}

function willQosOf(flags: number): number {
  return (flags >> 3) & 3;
}

/** Why a well-formed CONNECT is answered with CONNACK 2 (identifier rejected), or undefined. */
export function identifierRefusal(packet: ConnectPacket, maxClientIdBytes: number): Reason | undefined {
  if (packet.clientId === '' && !packet.cleanSession) return reasons.clientIdMissing; // [MQTT-3.1.3-7][MQTT-3.1.3-8]
  if (Buffer.byteLength(packet.clientId) > maxClientIdBytes) return reasons.clientIdTooLong; // [MQTT-3.1.3-9]
  return undefined;
}
