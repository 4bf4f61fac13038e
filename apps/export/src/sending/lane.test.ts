import type { OutgoingMessage, SendOutcome, Target } from '@iotcore/export-targets';
import { systemClock } from '@iotcore/process';
import type { Clock } from '@iotcore/process/clock';
import { frameBytes, writeFrame } from '@iotcore/store/exports';
import { describe, expect, test } from 'vitest';
import { Lane } from './lane.ts';
import { Progress } from './progress.ts';
import { Recovery } from './recovery.ts';
import { type Entry, Window } from './window.ts';

const lease = { exportId: 'e', holder: 'h', epoch: '1' };

/** A lane to a target that answers as it is told; waits are skipped. */
function setUp(
  answer: (batch: readonly string[]) => SendOutcome,
  options: object = {},
  sleep?: Clock['sleep'],
) {
  let nowMs = 0;
  const recovery = new Recovery();
  const database = { awayFor: 0 };
  const conditions: string[] = [];
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
    ...{ lease, window, counters: { attempts: 0, delivered: 0, sendSeconds: 0 }, clock: systemClock },
    writeCursor: async ({ condition }) => {
      conditions.push(condition);
      return true;
    },
    writeDeadLetter: async ({ reason }) => {
      database.awayFor -= 1;
      if (database.awayFor >= 0) return 'away';
      letters.push(reason);
      return 'written';
    },
    writeAttempts: async () => undefined,
    deadLetter: () => undefined,
    lost: () => undefined,
  });
  const ending = new AbortController();
  const skip: Clock['sleep'] = async (ms, signal) => {
    nowMs += ms;
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  };
  const lane = new Lane({
    ...{ target, progress, recovery, signal: ending.signal },
    options: {
      ...{ maxMessages: 8, maxBytes: 1000, cutoffMs: 0, maxAttempts: 2, maxIntervalMs: 60_000 },
      ...options,
    },
    clock: { nowMs: () => nowMs, after: () => () => undefined, sleep: sleep ?? skip },
  });
  const addOf = (key: string, ...texts: string[]) => {
    for (const text of texts) {
      const entry = entryOf(window.end, text, key);
      window.add(entry);
      lane.add(entry);
    }
  };
  const run = async () => {
    const running = lane.run();
    for (let tick = 0; tick < 2000 && window.cursor < window.end; tick += 1)
      await new Promise((resolve) => setImmediate(resolve));
    await progress.save();
    ending.abort();
    await running;
  };
  const add = (...texts: string[]) => addOf('d', ...texts);
  const delivered = () => sent.filter((batch) => answer(batch).outcome === 'done').flat();
  return { add, addOf, conditions, database, delivered, recovery, run, sent, letters, window };
}

function entryOf(position: number, text: string, key: string): Entry {
  const payload = Buffer.from(text);
  const topic = Buffer.from('t');
  const frame = Buffer.alloc(frameBytes(key.length, topic.length, payload.length));
  const eventId = Buffer.alloc(16);
  writeFrame(frame, 0, { eventId, receivedAtMs: 0, qos: 1, deviceId: key, topic, payload });
  return { position, bytes: payload.length, frame, key, readAtMs: 0, isFinished: false };
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

  test('gives no more up once all messages were refused for five minutes: it is not they that are wrong', async () => {
    const all = Array.from({ length: 100 }, (_, n) => String(n));
    const { add, run, letters, conditions } = setUp(() => refused, { maxMessages: 1, maxAttempts: 9 });
    add(...all);
    await run();
    expect(letters.length).toBeGreaterThan(0);
    expect(letters.length).toBeLessThan(20);
    expect(conditions.at(-1)).toBe('MISCONFIGURED');
  });

  test('gives one message up, however long it was tried: one alone proves nothing', async () => {
    const { add, run, letters, sent } = setUp(([text]) => (text === 'x' ? refused : done), {
      ...{ maxMessages: 1, maxAttempts: 100 },
    });
    add('x', 'a');
    await run();
    expect([letters, sent.length, sent.at(-1)]).toEqual([['No.'], 101, ['a']]);
  });

  test('is held up by no device whose messages all are refused: those of others are taken', async () => {
    const { addOf, run, delivered } = setUp(([text]) => (text === 'x' ? refused : done), {
      ...{ maxMessages: 1, maxAttempts: 9 },
    });
    addOf('broken', ...Array.from({ length: 40 }, () => 'x'));
    addOf('sound', 'a', 'b');
    await run();
    expect(delivered()).toEqual(['a', 'b']);
  });

  test('lets no message overtake one of the same device', async () => {
    const { addOf, run, delivered } = setUp((batch) => (batch.includes('x') ? refused : done), {
      ...{ maxMessages: 2, maxAttempts: 9 },
    });
    for (let n = 0; n < 20; n += 1) {
      addOf('broken', 'x');
      addOf('sound', String(n));
    }
    await run();
    expect(delivered()).toEqual(Array.from({ length: 20 }, (_, n) => String(n)));
  });

  test('waits with a dead letter while the database is away, and goes on then', async () => {
    const { add, run, letters, sent, database } = setUp(([text]) => (text === 'x' ? refused : done), {
      ...{ maxMessages: 1, maxAttempts: 1 },
    });
    database.awayFor = 3;
    add('x', 'a');
    await run();
    expect([letters, sent]).toEqual([['No.'], [['x'], ['a']]]);
  });
});

describe('a lane whose target was away, while another lane of the export gets through,', () => {
  /** Sleeps of a second end; one that is longer ends when it is aborted, and tells of itself. */
  const sleeper = (longSleep: () => void): Clock['sleep'] => {
    return async (ms, signal) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (ms <= 1000) return;
      const ended = new Promise((_, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true }),
      );
      longSleep();
      await ended;
    };
  };

  test.each<SendOutcome>([{ outcome: 'away' }, { outcome: 'misconfigured', error: 'No.' }])(
    'tries again soon, and waits for none of the minutes left: $outcome',
    async (bad) => {
      let isBad = true;
      const { add, recovery, run, sent, window } = setUp(
        () => (isBad ? bad : done),
        {},
        sleeper(() => {
          isBad = false;
          recovery.taken();
        }),
      );
      add('a', 'b');
      await run();
      expect(window.cursor).toBe(2);
      expect(sent.at(-1)).toEqual(['a', 'b']);
    },
  );

  test.each<[string, SendOutcome]>([
    ['if the target asked for the time', { outcome: 'away', retryAfterMs: 60_000 }],
    ['if its message was refused', refused],
  ])('waits on %s', async (_, bad) => {
    let sleeps = 0;
    const { add, recovery, run, sent, window } = setUp(
      () => bad,
      { maxAttempts: 100 },
      sleeper(() => {
        sleeps += 1;
        recovery.taken();
      }),
    );
    add('a');
    const running = run();
    await running;
    expect(sleeps).toBe(1);
    const before = sent.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect([sent.length, window.cursor]).toEqual([before, 0]);
  });
});
