import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PacketError } from '../../codec/index.ts';
import { PacketAssembler } from './packet-assembler.ts';

const ping = Buffer.from([0xc0, 0]);
const publish = (payloadBytes: number, fill = 0x61): Buffer => {
  const body = Buffer.concat([Buffer.from([0, 1, 0x74]), Buffer.alloc(payloadBytes, fill)]);
  const length: number[] = [];
  for (let rest = body.length; ; rest >>= 7) {
    if (rest < 128) {
      length.push(rest);
      break;
    }
    length.push((rest & 127) | 128);
  }
  return Buffer.concat([Buffer.from([0x30, ...length]), body]);
};

/** Keeps the packets that it takes; stops after each whose index is in `stopAfter`. */
class Sink {
  readonly taken: string[] = [];
  readonly maxPacketBytes: number;
  readonly stopAfter: ReadonlySet<number>;
  readonly isResting: boolean;
  constructor(stopAfter: Iterable<number> = [], maxPacketBytes = 1_000_000, isResting = false) {
    this.isResting = isResting;
    this.stopAfter = new Set(stopAfter);
    this.maxPacketBytes = maxPacketBytes;
  }
  packet(bytes: Buffer, start: number, end: number): boolean {
    this.taken.push(bytes.toString('hex', start, end));
    return !this.stopAfter.has(this.taken.length - 1);
  }
}

const hex = (packets: readonly Buffer[]) => packets.map((packet) => packet.toString('hex'));

describe('the packet assembler', () => {
  test('finds the same packets however the stream is cut, and whenever the sink pauses', () => {
    const packet = fc.oneof(
      fc.constant(ping),
      fc.integer({ min: 0, max: 400 }).map((n) => publish(n)),
      fc.constantFrom(16_381, 20_000).map((n) => publish(n)),
    );
    const cuts = fc.array(fc.integer({ min: 1, max: 5_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(
        fc.array(packet, { maxLength: 12 }),
        cuts,
        fc.uniqueArray(fc.nat(11)),
        fc.boolean(),
        (packets, sizes, stops, isResting) => {
          const stream = Buffer.concat(packets);
          const sink = new Sink(stops, 1_000_000, isResting);
          const assembler = new PacketAssembler(sink);
          let at = 0;
          for (const size of [...sizes, stream.length]) {
            if (at >= stream.length) break;
            // A chunk is the assembler's: it may be a part of nothing larger.
            assembler.take(Buffer.from(stream.subarray(at, at + size)));
            at += size;
          }
          for (let i = 0; i <= stops.length; i++) assembler.resume();
          expect(sink.taken).toEqual(hex(packets));
          expect(assembler.isPartial).toBe(false);
        },
      ),
    );
  });

  test('puts a packet together from single bytes', () => {
    const sink = new Sink();
    const assembler = new PacketAssembler(sink);
    const packets = [publish(300), ping, publish(0)];
    for (const byte of Buffer.concat(packets)) assembler.take(Buffer.from([byte]));
    expect(sink.taken).toEqual(hex(packets));
  });

  test('tells what packet a chunk begins with, or continues', () => {
    const assembler = new PacketAssembler(new Sink());
    const packet = publish(300);
    assembler.take(packet.subarray(0, 100));
    expect(assembler.firstByte(packet, 100)).toBe(0x30);
    assembler.take(packet.subarray(100));
    expect(assembler.firstByte(ping, 0)).toBe(0xc0);
  });

  test('takes no memory for what was announced and has not come', () => {
    const assembler = new PacketAssembler(new Sink([], 300_000_000));
    const before = process.memoryUsage().arrayBuffers;
    assembler.take(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, 0x74]));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
    expect(assembler.isPartial).toBe(true);
  });

  test('refuses a packet by its header, before its body comes, also when the header comes in pieces', () => {
    const assembler = new PacketAssembler(new Sink([], 100));
    assembler.take(Buffer.from([0x30]));
    expect(() => assembler.take(Buffer.from([0xff, 0x7f]))).toThrow(new PacketError('packetTooLarge'));
  });

  test('hands nothing on once it has been stopped for ever, not even what follows in the same chunk', () => {
    const taken: number[] = [];
    const assembler = new PacketAssembler({
      maxPacketBytes: 100,
      isResting: false,
      packet: (_bytes, start) => {
        taken.push(start);
        assembler.stop();
        return true;
      },
    });
    assembler.take(Buffer.concat([ping, ping, ping]));
    assembler.take(ping);
    expect(taken).toEqual([0]);
  });
});
