import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainConnect, readCases } from './cases/cases.ts';
import { fuzzRuns, hostileStream } from './cases/mutations.ts';
import { type ClientPacket, checkOrder, decodePacket } from './decode.ts';
import { packetBytes } from './fields/fixed-header.ts';
import { PacketError, packetErrorCodes } from './fields/packet-error.ts';
import { pubackId, writePuback } from './packets/puback.ts';
import { maxPublishBytes } from './packets/publish.ts';

const limits = { maxPayloadBytes: 262_144, maxTopicBytes: 65_535, maxTopicLevels: 128 };
const maxConnectBytes = 65_536;

interface Outcome {
  packets: ClientPacket[];
  error: string | undefined;
  /** How much was taken before the error, or in all. */
  taken: number;
}

/** Decodes packet after packet as a connection does, from what has come so far. */
function decodeAll(bytes: Buffer, from: Outcome = { packets: [], error: undefined, taken: 0 }): Outcome {
  const outcome = { ...from, packets: [...from.packets] };
  try {
    while (outcome.taken < bytes.length) {
      const isConnected = outcome.packets.length > 0;
      const max = isConnected ? maxPublishBytes(limits) : maxConnectBytes;
      const size = packetBytes(bytes, outcome.taken, bytes.length, max);
      checkOrder(bytes[outcome.taken] as number, isConnected);
      if (size === 0 || outcome.taken + size > bytes.length) break;
      outcome.packets.push(decodePacket(bytes, outcome.taken, outcome.taken + size, limits));
      outcome.taken += size;
    }
  } catch (error) {
    if (!(error instanceof PacketError)) throw error;
    outcome.error = error.code;
  }
  return outcome;
}

/** Packets as the case files write them. */
function asJson(packets: readonly ClientPacket[]): unknown {
  return JSON.parse(
    JSON.stringify(packets, (_, value) =>
      value?.type === 'Buffer' ? Buffer.from(value.data).toString('hex') : value,
    ),
  );
}

const cases = readCases();
const stream = (c: (typeof cases)[number]) => (c.isFresh ? c.bytes : Buffer.concat([plainConnect, c.bytes]));

describe.each([...new Set(cases.map((c) => c.file))])('the codec, %s', (file) => {
  const ofFile = cases.filter((c) => c.file === file);

  test.each(ofFile)('$title', (c) => {
    const outcome = decodeAll(stream(c));
    expect(outcome.error).toBe(c.error);
    if (c.packets) expect(asJson(outcome.packets.slice(c.isFresh ? 0 : 1))).toEqual(c.packets);
  });

  test('finds the same in packets that come byte by byte as in whole ones', () => {
    for (const c of ofFile) {
      const bytes = stream(c);
      if (bytes.length > 2_000) continue;
      const whole = decodeAll(bytes);
      let outcome = decodeAll(Buffer.alloc(0));
      for (let length = 1; length <= bytes.length && !outcome.error; length++) {
        outcome = decodeAll(bytes.subarray(0, length), outcome);
      }
      expect({ ...outcome, title: c.title }).toEqual({ ...whole, title: c.title });
    }
  });

  test('finds the same in packets that are cut in two at every byte as in whole ones', () => {
    for (const c of ofFile) {
      const bytes = stream(c);
      if (bytes.length > 2_000) continue;
      const whole = decodeAll(bytes);
      for (let cut = 0; cut < bytes.length; cut++) {
        const first = decodeAll(bytes.subarray(0, cut));
        expect({ ...(first.error ? first : decodeAll(bytes, first)), cut }).toEqual({ ...whole, cut });
      }
    }
  });
});

describe('the codec', () => {
  test('has a case for every error that it can tell', () => {
    const tried = new Set(cases.map((c) => c.error));
    const untried = packetErrorCodes.filter((code) => !tried.has(code));
    // Only with a configured limit below 65,535, which a field of 16 bits cannot pass; and with more filters than a case
    // may show (native/long-work.test.ts).
    expect(untried).toEqual(['topicTooLong', 'tooManyFilters']);
  });

  test('reads the identifier of a PUBACK by itself, and leaves every other packet to the decoder', () => {
    const packet = Buffer.from([0xff, 0, 0, 0, 0, 0xff]);
    for (const id of [1, 255, 256, 65_535]) {
      writePuback(packet, 1, id);
      expect(pubackId(packet, 1, 5)).toBe(id);
    }
    for (const bytes of [
      [0x40, 2, 0, 0],
      [0x40, 0x82, 0, 0, 7],
      [0xc0, 0],
      [0x30, 2, 0, 0],
    ])
      expect(pubackId(Buffer.from(bytes), 0, bytes.length)).toBe(0);
  });

  test('throws nothing but PacketError, and reads nothing past its end, whatever the bytes', () => {
    fc.assert(
      fc.property(hostileStream, (bytes) => {
        const outcome = decodeAll(bytes);
        expect(outcome.taken).toBeLessThanOrEqual(bytes.length);
        // The same bytes inside a larger buffer, with other bytes around, are the same packets.
        const room = Buffer.alloc(bytes.length + 32, 0xa5);
        bytes.copy(room, 16);
        expect(asJson(decodeAll(room.subarray(16, 16 + bytes.length)).packets)).toEqual(
          asJson(outcome.packets),
        );
      }),
      { numRuns: fuzzRuns(2_000) },
    );
  });
});
