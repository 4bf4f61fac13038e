import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  eventIdText,
  frameBytes,
  type RecordedMessage,
  readFrame,
  splitFrames,
  writeFrame,
} from './frames.ts';

const bytes = (options: fc.IntArrayConstraints) => fc.uint8Array(options).map((array) => Buffer.from(array));
const message: fc.Arbitrary<RecordedMessage> = fc.record({
  eventId: bytes({ minLength: 16, maxLength: 16 }),
  receivedAtMs: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  qos: fc.constantFrom(0 as const, 1 as const),
  deviceId: fc.stringMatching(/^[a-z0-9]{0,50}$/),
  topic: fc.string({ unit: 'grapheme', minLength: 1 }),
  payload: bytes({ maxLength: 300 }),
});

function encode(messages: readonly RecordedMessage[]): Buffer {
  const topics = messages.map(({ topic }) => Buffer.from(topic));
  const size = (one: RecordedMessage, index: number) =>
    frameBytes(one.deviceId.length, topics[index]?.length ?? 0, one.payload.length);
  const chunk = Buffer.alloc(messages.reduce((sum, one, index) => sum + size(one, index), 0));
  let end = 0;
  for (const [index, one] of messages.entries())
    end = writeFrame(chunk, end, { ...one, topic: topics[index] ?? Buffer.alloc(0) });
  expect(end).toBe(chunk.length);
  return chunk;
}

test('messages come back as they were written, in their order', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
      expect(splitFrames(encode(messages)).map(readFrame)).toEqual(messages);
    }),
  );
});

test('a chunk that is cut off is no chunk', () => {
  const chunk = encode(fc.sample(message, { numRuns: 3, seed: 1 }));
  const [first = Buffer.alloc(0)] = splitFrames(chunk);
  for (let length = 1; length < first.length; length += 1)
    expect(() => splitFrames(chunk.subarray(0, length))).toThrow(RangeError);
});

test('an event ID is written as a UUID', () => {
  expect(eventIdText(Buffer.from('0192f0c1a2b37def8123456789abcdef', 'hex'))).toBe(
    '0192f0c1-a2b3-7def-8123-456789abcdef',
  );
});
