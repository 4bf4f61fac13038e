import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frameHeadBytes, frameStart } from '../frames/frame.ts';
import { type Chunk, OpenFrame } from './open-frame.ts';

const head = frameStart({ version: 1, kind: 'stream', from: 'a'.repeat(32), to: 'b'.repeat(32) });

/** Frames that were closed and not released yet, and what they were when they were closed. */
function writer() {
  const open = new OpenFrame();
  const sent: { readonly bytes: Buffer; readonly chunk: Chunk; readonly before: Buffer }[] = [];
  let number = 0;
  return {
    open,
    sent,
    write(length: number) {
      if (open.bodyBytes > 0 && !open.hasRoom(length)) this.close();
      const at = open.reserve(length);
      open.buffer.fill(++number, at, at + length);
    },
    close() {
      const frame = open.close(head, { number: ++number, acknowledged: number });
      sent.push({ ...frame, before: Buffer.from(frame.bytes) });
    },
    release(count: number) {
      for (const { chunk } of sent.splice(0, count)) open.release(chunk);
    },
  };
}

test('frames stay as they are until they are released, whatever is written meanwhile', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ write: fc.integer({ min: 1, max: 200_000 }) }) },
    { weight: 3, arbitrary: fc.record({ close: fc.constant(true) }) },
    { weight: 3, arbitrary: fc.record({ release: fc.integer({ min: 1, max: 20 }) }) },
    { weight: 2, arbitrary: fc.record({ hold: fc.integer({ min: 0, max: 2 }) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => {
      const use = writer();
      const held: { readonly bytes: Buffer; readonly before: Buffer }[] = [];
      for (const step of steps) {
        if ('write' in step) use.write(step.write);
        else if ('close' in step) use.close();
        else if ('release' in step) use.release(step.release);
        else {
          const frame = use.sent[step.hold];
          if (frame === undefined) continue;
          frame.chunk.isHeld = true;
          held.push(frame);
        }
        for (const { bytes, before } of [...use.sent, ...held]) expect(bytes.equals(before)).toBe(true);
      }
    }),
    { numRuns: 200 },
  );
});

test('memory is used again once its frames are released, and forgotten by a link that is idle', () => {
  const use = writer();
  const memory = new Set<ArrayBufferLike>();
  const flood = () => {
    for (let frame = 0; frame < 40; frame++) {
      use.write(200_000);
      use.close();
      memory.add(use.open.buffer.buffer);
      if (use.sent.length > 4) use.release(2);
    }
  };
  flood();
  const used = memory.size;
  expect(used).toBeLessThan(5);
  flood();
  expect(memory.size).toBe(used);
  use.release(use.sent.length);
  use.open.forgetReady();
  flood();
  expect(memory.size).toBeGreaterThan(used);
});

test('a frame that goes alone is written where the one before it was', () => {
  const use = writer();
  const places = new Set<number>();
  for (let frame = 0; frame < 3; frame++) {
    use.write(100);
    use.close();
    places.add(use.sent[0]?.bytes.byteOffset ?? -1);
    use.release(1);
  }
  expect([...places]).toEqual([0]);
});

test('a record that is longer than any frame before has a frame of its own', () => {
  const use = writer();
  use.write(10);
  use.write(1_000_000);
  use.close();
  expect(use.sent.map(({ bytes }) => bytes.length)).toEqual([
    10 + frameHeadBytes,
    1_000_000 + frameHeadBytes,
  ]);
});
