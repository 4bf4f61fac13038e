import { PacketError } from '@iotcore/engine/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Framer } from './framer.ts';

const roomy = 1_000_000;

/** A PUBLISH of this many bytes in all, as far as framing looks at it. */
function packetOf(body: Buffer): Buffer {
  const header = [0x30];
  let rest = body.length;
  for (; rest >= 128; rest >>= 7) header.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([...header, rest]), body]);
}

describe('the framer', () => {
  test('refuses a packet that is too large by its header, before its body comes', () => {
    const framer = new Framer();
    framer.push(packetOf(Buffer.alloc(1000)).subarray(0, 3));

    expect(() => framer.next(1002)).toThrow(PacketError);
  });

  test('has nothing to give, and no first byte, before anything came', () => {
    const framer = new Framer();

    expect(framer.next(roomy)).toBeUndefined();
    expect(framer.firstByte).toBeUndefined();
  });

  test('finds the same packets however the bytes are cut', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });
    const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 });
    fc.assert(
      fc.property(bodies, cuts, (someBodies, someCuts) => {
        const packets = someBodies.map((body) => packetOf(Buffer.from(body)));
        const bytes = Buffer.concat(packets);
        const framer = new Framer();
        const found: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = someCuts[i % someCuts.length] as number;
          framer.push(Buffer.from(bytes.subarray(at, at + size)));
          at += size;
          for (let frame = framer.next(roomy); frame; frame = framer.next(roomy)) {
            found.push(Buffer.from(frame.bytes.subarray(frame.start, frame.end)));
          }
        }
        expect(found.map((packet) => packet.toString('hex'))).toEqual(
          packets.map((packet) => packet.toString('hex')),
        );
        expect(framer.firstByte).toBeUndefined();
      }),
    );
  });

  test('never writes into a chunk that it was given', () => {
    const framer = new Framer();
    const pool = Buffer.alloc(100, 0xee);
    const packet = packetOf(Buffer.alloc(10));
    packet.copy(pool);

    framer.push(pool.subarray(0, 4));
    framer.push(packet.subarray(4));

    expect(framer.next(roomy)?.end).toBe(packet.length);
    expect(pool.subarray(packet.length).every((byte) => byte === 0xee)).toBe(true);
  });
});
