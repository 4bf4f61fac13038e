import type { OutgoingMessage, SendOutcome, Target } from '@iotcore/export-targets';
import { frameBytes, writeFrame } from '@iotcore/store/exports';
import { describe, expect, test } from 'vitest';
import { Lane } from './lane.ts';
import { Progress } from './progress.ts';
import { type Entry, Window } from './window.ts';

const lease = { exportId: 'e', holder: 'h', epoch: '1' };

/** A lane to a target that answers as it is told; waits are skipped. */
function setUp(answer: (batch: readonly string[]) => SendOutcome, options: object = {}) {
  let nowMs = 0;
  const sent: string[][] = [];
  const letters: string[] = [];
  const target: Target = {
    sends: 'many',
    async send(batch: readonly OutgoingMessage[]) {
      const texts = batch.map(({ payload }) => payload.toString());
      sent.push(texts);
      return answer(texts);
    },
    close: async () => undefined,
  };
  const window = new Window(0, 1e9);
  const progress = new Progress({
    ...{ lease, window, counters: { attempts: 0, delivered: 0, sendSeconds: 0 } },
    writeCursor: async () => true,
    writeDeadLetter: async ({ reason }) => {
      letters.push(reason);
      return 'written';
    },
    writeAttempts: async () => undefined,
    deadLetter: () => undefined,
    lost: () => undefined,
  });
  const ending = new AbortController();
  const lane = new Lane(
    target,
    { maxMessages: 8, maxBytes: 1000, cutoffMs: 0, maxAttempts: 2, maxIntervalMs: 60_000, ...options },
    progress,
    ending.signal,
    {
      now: () => nowMs,
      async sleep(ms, signal) {
        nowMs += ms;
        await new Promise((resolve) => setImmediate(resolve));
        signal.throwIfAborted();
      },
    },
  );
  const add = (...texts: string[]) => {
    for (const text of texts) {
      const entry = entryOf(window.end, text);
      window.add(entry);
      lane.add(entry);
    }
  };
  const run = async () => {
    const running = lane.run();
    for (let tick = 0; tick < 2000 && window.cursor < window.end; tick += 1)
      await new Promise((resolve) => setImmediate(resolve));
    ending.abort();
    await running;
  };
  return { add, run, sent, letters, window };
}

function entryOf(position: number, text: string): Entry {
  const payload = Buffer.from(text);
  const topic = Buffer.from('t');
  const frame = Buffer.alloc(frameBytes(1, topic.length, payload.length));
  const eventId = Buffer.alloc(16);
  writeFrame(frame, 0, { eventId, receivedAtMs: 0, qos: 1, deviceId: 'd', topic, payload });
  return { position, bytes: payload.length, frame, key: 'd', readAtMs: 0, isFinished: false };
}

const done: SendOutcome = { outcome: 'done' };
const refused: SendOutcome = { outcome: 'refused', error: 'No.' };

describe('a lane', () => {
  test('sends what waits in batches, in their order', async () => {
    const { add, run, sent, window } = setUp(() => done, { maxMessages: 3 });
    add('a', 'b', 'c', 'd', 'e');
    await run();
    expect(sent).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
    expect(window.cursor).toBe(5);
  });

  test('sends a message that is larger than a batch alone', async () => {
    const { add, run, sent } = setUp(() => done, { maxBytes: 3 });
    add('large', 'a', 'b');
    await run();
    expect(sent).toEqual([['large'], ['a', 'b']]);
  });

  test('sends the same batch again while the target is away, and makes no dead letter', async () => {
    let left = 20;
    const { add, run, sent, letters } = setUp(() => (left-- > 0 ? { outcome: 'away' } : done));
    add('a', 'b');
    await run();
    expect(sent).toEqual(Array.from({ length: 21 }, () => ['a', 'b']));
    expect(letters).toEqual([]);
  });

  test('finds the guilty message of a batch, and delivers all others in their order', async () => {
    const { add, run, sent, letters, window } = setUp((batch) => (batch.includes('x') ? refused : done));
    add('a', 'b', 'c', 'x', 'd', 'e', 'f', 'g');
    await run();
    expect(letters).toEqual(['No.']);
    const delivered = sent.filter((batch) => !batch.includes('x')).flat();
    expect(delivered).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    // The whole batch twice, then a half, a quarter, and the message alone.
    expect(sent.filter((batch) => batch.includes('x')).map(({ length }) => length)).toEqual([8, 8, 4, 2, 1]);
    expect(window.cursor).toBe(8);
  });

  test('gives nothing up once all was refused for five minutes: it is not the messages that are wrong', async () => {
    const { add, run, letters } = setUp(() => refused, { maxMessages: 1, maxAttempts: 100 });
    add('a', 'b');
    await run();
    expect(letters).toEqual([]);
  });
});
