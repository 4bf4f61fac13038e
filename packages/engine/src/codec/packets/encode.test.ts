import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Qos } from '../../port.ts';
import { decodePacket } from '../decode.ts';
import { headerBytes, packetBytes, writeFixedHeader } from '../fields/fixed-header.ts';
import { PacketError } from '../fields/packet-error.ts';
import { encodeConnack } from './connack.ts';
import { encodePingresp } from './ping.ts';
import { decodePuback, writePuback } from './puback.ts';
import { decodePublish, maxPublishBytes, publishBytes, writePublishHeader } from './publish.ts';
import { encodeSuback } from './suback.ts';
import { encodeUnsuback } from './unsuback.ts';

const limits = { maxPayloadBytes: 262_144, maxTopicBytes: 65_535, maxTopicLevels: 128 };
const hex = (bytes: Buffer) => bytes.toString('hex');

function encodePublish(topic: string, payload: Buffer, qos: Qos, retain: boolean, packetId: number): Buffer {
  const name = Buffer.from(topic);
  const packet = Buffer.alloc(publishBytes(name.length, payload.length, qos));
  const at = writePublishHeader(packet, 0, name, payload.length, qos, retain);
  if (qos === 1) packet.writeUInt16BE(packetId, at - 2);
  packet.set(payload, at);
  return packet;
}

describe('the encoder', () => {
  test('writes CONNACK with session present 0 [MQTT-3.2.2-1][MQTT-3.2.2-4]', () => {
    expect(hex(encodeConnack(0))).toBe('20020000');
    expect(hex(encodeConnack(5))).toBe('20020005');
  });

  test('writes PUBACK, UNSUBACK and PINGRESP [MQTT-2.3.1-6][MQTT-2.3.1-7][MQTT-3.12.4-1]', () => {
    const puback = Buffer.alloc(4);
    writePuback(puback, 0, 0x1234);
    expect(hex(puback)).toBe('40021234');
    expect(decodePuback(puback, 2, 4)).toEqual({ type: 'puback', packetId: 0x1234 });
    expect(hex(encodeUnsuback(0x1234))).toBe('b0021234');
    expect(hex(encodePingresp())).toBe('d000');
  });

  test('writes SUBACK with a code for each filter, also for so many that the length takes more bytes [MQTT-3.9.3-1]', () => {
    expect(hex(encodeSuback(1, [0, 1, 0x80]))).toBe('90050001000180');
    const large = encodeSuback(1, Array(10_000).fill(1));
    expect(packetBytes(Buffer.concat([Buffer.from([0x30]), large.subarray(1)]), 0, large.length, 1e6)).toBe(
      large.length,
    );
  });

  test('writes a PUBLISH that the decoder reads as the same message, with DUP 0 [MQTT-3.3.1-3]', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
    const topic = text.filter((t) => !/[+#]|\p{Cc}|\p{Noncharacter_Code_Point}/u.test(t));
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(16_400, 100_000).map((n) => new Uint8Array(n)),
    );
    fc.assert(
      fc.property(
        topic,
        payload,
        fc.constantFrom<Qos>(0, 1),
        fc.boolean(),
        fc.integer({ min: 1, max: 65_535 }),
        (t, p, qos, retain, id) => {
          const packet = encodePublish(t, Buffer.from(p), qos, retain, id);
          expect(packetBytes(packet, 0, packet.length, 1e6)).toBe(packet.length);
          const decoded = decodePublish(packet, 0, packet.length, limits);
          expect({ ...decoded, payload: hex(decoded.payload) }).toEqual({
            type: 'publish',
            topic: t,
            payload: hex(Buffer.from(p)),
            qos,
            duplicate: false,
            retain,
            packetId: qos === 0 ? 0 : id,
          });
        },
      ),
    );
  });
});

describe('the fixed header', () => {
  test.each([0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455])(
    'of a body of %i bytes is read as written',
    (length) => {
      const header = Buffer.alloc(5);
      const at = writeFixedHeader(header, 0, 0x30, length);
      expect(at).toBe(headerBytes(length));
      expect(packetBytes(header, 0, at, Number.MAX_SAFE_INTEGER)).toBe(at + length);
      for (let cut = 1; cut < at; cut++) expect(packetBytes(header, 0, cut, Number.MAX_SAFE_INTEGER)).toBe(0);
    },
  );
});

describe('the limits of PUBLISH', () => {
  const packet = (topicBytes: number, payloadBytes: number) =>
    encodePublish('t'.repeat(topicBytes), Buffer.alloc(payloadBytes), 1, false, 1);
  const decode = (bytes: Buffer, own = limits) => decodePacket(bytes, 0, bytes.length, own);

  test('let a payload of exactly the limit through, and none above', () => {
    expect(decode(packet(1, limits.maxPayloadBytes - 1))).toMatchObject({ type: 'publish' });
    expect(decode(packet(1, limits.maxPayloadBytes))).toMatchObject({ type: 'publish' });
    expect(() => decode(packet(1, limits.maxPayloadBytes + 1))).toThrow(new PacketError('payloadTooLarge'));
  });

  test('let a topic of exactly the limit through, and none above', () => {
    const own = { ...limits, maxTopicBytes: 100 };
    expect(decode(packet(100, 0), own)).toMatchObject({ type: 'publish' });
    expect(() => decode(packet(101, 0), own)).toThrow(new PacketError('topicTooLong'));
  });

  test('let the largest packet through that they allow together', () => {
    const largest = packet(65_535, limits.maxPayloadBytes);
    expect(largest.length).toBe(maxPublishBytes(limits));
    expect(decode(largest)).toMatchObject({ type: 'publish' });
  });
});
