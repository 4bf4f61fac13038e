/**
 * Reads the first bytes of a client that is being refused: the protocol that it speaks instead of MQTT 3.1.1, and the
 * identity that it claims, so that an operator can find it. Called only for refusals; reads leniently, trusts nothing, never
 * throws.
 */
import type { ConnectClaim, Reason } from '../port.ts';
import { reasons } from '../reasons.ts';
import { FieldReader } from './fields/field-reader.ts';
import { bodyStart } from './fields/fixed-header.ts';
import { PacketError } from './fields/packet-error.ts';
import { PacketType } from './fields/packet-type.ts';

const { tlsInstead: tls, httpInstead: http, proxyHeader } = reasons;

/** What a refused client is found to speak. */
export const foreignProtocols: readonly Reason[] = [tls, http, proxyHeader];

const starts: readonly (readonly [Buffer, Reason])[] = [
  [Buffer.from('1603', 'hex'), tls],
  [Buffer.from('PROXY '), proxyHeader],
  [Buffer.from('0d0a0d0a000d0a515549540a', 'hex'), proxyHeader],
  ...['GET /', 'HEAD /', 'POST /', 'PUT /', 'OPTIONS ', 'CONNECT ', 'PRI * '].map(
    (start): [Buffer, Reason] => [Buffer.from(start), http],
  ),
];

/** Which other protocol the first bytes of a connection belong to, as a reason; undefined if that cannot be told. */
export function foreignProtocol(first: Buffer): Reason | undefined {
  return starts.find(([start]) => beginsWith(first, start))?.[1];
}

function beginsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.length >= start.length && bytes.compare(start, 0, start.length, 0, start.length) === 0;
}

const mqtt5 = 5;
const Flag = { will: 0x04, username: 0x80 } as const;

/** What a CONNECT of MQTT 3.1, 3.1.1 or 5 at the beginning of these bytes claims; undefined if it is none, or not whole. */
export function connectClaim(first: Buffer): ConnectClaim | undefined {
  if ((first[0] ?? 0) >> 4 !== PacketType.connect) return undefined;
  try {
    const fields = new FieldReader(first, bodyStart(first, 0), first.length);
    fields.text();
    const level = fields.byte();
    const flags = fields.byte();
    fields.uint16();
    if (level === mqtt5) skipProperties(fields);
    const clientId = fields.text();
    if (flags & Flag.will) {
      if (level === mqtt5) skipProperties(fields);
      fields.text();
      fields.binary();
    }
    return { clientId, username: flags & Flag.username ? fields.text() : undefined };
  } catch (error) {
    if (error instanceof PacketError) return undefined;
    throw error;
  }
}

/** MQTT 5, section 2.2.2: their length as a variable byte integer, and so many bytes. */
function skipProperties(fields: FieldReader): void {
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = fields.byte();
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
    if (shift === 21) throw new PacketError('lengthEncoding');
  }
  fields.skip(length);
}
