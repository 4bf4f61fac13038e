import { describe, expect, test } from 'vitest';
import { writtenPackets } from './written-packets.ts';

const hex = (...pieces: string[]) => pieces.map((piece) => Buffer.from(piece, 'hex'));
const asHex = (buffers: readonly Buffer[]) => Buffer.concat(buffers).toString('hex');

/** As aedes writes a PUBLISH with QoS 1: header, length, length of the topic, topic, identifier, payload. */
function publishPieces(topic: Buffer, packetId: number, payload: Buffer): Buffer[] {
  const remaining = 4 + topic.length + payload.length;
  const length: number[] = [];
  let rest = remaining;
  for (; rest >= 128; rest >>= 7) length.push((rest & 127) | 128);
  const uint16 = (value: number) => Buffer.from([value >> 8, value & 255]);
  return [
    Buffer.from([0x32]),
    Buffer.from([...length, rest]),
    uint16(topic.length),
    topic,
    uint16(packetId),
    payload,
  ];
}

describe('what aedes writes', () => {
  test('is not taken for a packet when a part of one is missing', () => {
    expect(() => writtenPackets(hex('90', '03', '0001'))).toThrow('in part');
  });

  test('is one packet for each, with its type', () => {
    const packets = writtenPackets(hex('20', '02', '00', '00', 'd000', '90', '04', '0007', '0180'));

    expect(packets.map(({ type, buffers }) => [type, asHex(buffers)])).toEqual([
      [2, '20020000'],
      [13, 'd000'],
      [9, '900400070180'],
    ]);
  });

  test.each([
    ['a short message', 1, 10],
    ['no payload', 1, 0],
    ['a payload that is passed on as it is', 20, 5000],
    ['a long topic', 5000, 10],
    ['a long topic and no payload', 5000, 0],
  ])('tells the identifier of a QoS 1 message: %s', (_title, topicBytes, payloadBytes) => {
    const payload = Buffer.alloc(payloadBytes, 'p');
    const pieces = publishPieces(Buffer.alloc(topicBytes, 't'), 0xabcd, payload);

    const [packet] = writtenPackets(pieces);

    expect(packet?.packetId).toBe(0xabcd);
    expect(asHex(packet?.buffers ?? [])).toBe(asHex(pieces));
    if (payloadBytes >= 4096) expect(packet?.buffers.at(-1)).toBe(payload);
  });

  test('has no identifier at QoS 0', () => {
    expect(writtenPackets(hex('30', '05', '0001', '61', '7878'))[0]?.packetId).toBe(0);
  });
});
