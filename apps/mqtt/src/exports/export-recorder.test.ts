import { systemClock } from '@iotcore/process';
import { type Appended, type NewChunk, readFrame, splitFrames } from '@iotcore/store/exports';
import { describe, expect, test } from 'vitest';
import { ExportRecorder } from './export-recorder.ts';

/** A publisher hears of a commit no sooner. */
const nextTick = () => new Promise<void>((resolve) => setImmediate(resolve));

class Away extends Error {}

/** A recorder over logs that answer as they are told. */
function setUp(answer: (chunk: NewChunk) => Appended['outcome'] | 'away' | 'broken' = () => 'written') {
  const logs = new Map<string, string[]>();
  const commits: number[] = [];
  const nearlyFull = new Set<string>();
  const clock = { nowMs: 0, stepMs: 1000, trimmed() {} };
  const timers = new Set<object>();
  /** In ms. */
  const pauses: number[] = [];
  const recorder = new ExportRecorder({
    clock: {
      nowMs: systemClock.nowMs,
      soon: systemClock.soon,
      after(ms, work) {
        const timer = {};
        timers.add(timer);
        pauses.push(ms);
        const callOff = systemClock.after(ms, () => {
          timers.delete(timer);
          work();
        });
        return () => {
          timers.delete(timer);
          callOff();
        };
      },
    },
    async append(chunks) {
      await new Promise((resolve) => setImmediate(resolve));
      const outcomes = chunks.map(answer);
      if (outcomes.includes('away')) throw new Away();
      if (outcomes.includes('broken')) throw new Error('no such log');
      commits.push(chunks.reduce((sum, { messages }) => sum + messages, 0));
      for (const [index, { exportId, data }] of chunks.entries()) {
        if (outcomes[index] !== 'written') continue;
        const texts = splitFrames(data).map((frame) => readFrame(frame).payload.toString());
        logs.set(exportId, [...(logs.get(exportId) ?? []), ...texts]);
      }
      return outcomes.map((outcome) =>
        outcome === 'written'
          ? { outcome, isOver: false, isNearlyFull: false }
          : { outcome: outcome as 'full' },
      );
    },
    trim: async () => clock.trimmed(),
    nearlyFull: (exportId) => void nearlyFull.add(exportId),
    isAway: (error) => error instanceof Away,
    failed: () => undefined,
    now: () => {
      clock.nowMs += clock.stepMs;
      return clock.nowMs;
    },
  });
  const record = (text: string, qos: 0 | 1 = 1, ...to: string[]) => {
    const taps = (to.length > 0 ? to : ['e']).map((log) => ({ log, topic: 't' }));
    return recorder.record('d', taps, Buffer.from(text), qos);
  };
  return { ...{ recorder, record, logs, commits, clock, nearlyFull, timers, pauses } };
}

describe('a message at QoS 1', () => {
  test('is recorded once all of its logs have it, with what came in the same tick', async () => {
    const { record, logs, commits } = setUp();
    await Promise.all([record('a', 1, 'e', 'other'), record('b'), record('c', 1, 'other')]);
    expect(Object.fromEntries(logs)).toEqual({ e: ['a', 'b'], other: ['a', 'c'] });
    expect(commits).toEqual([4]);
  });

  test('does not wait for anything but its commit when it comes just after another', async () => {
    const { record, logs } = setUp();
    // With a pause between them this would take longer than any test may.
    for (let n = 0; n < 1000; n += 1) await record(String(n))?.then(nextTick);
    expect(logs.get('e')).toHaveLength(1000);
  });

  test('does not wait for a full log of another export', async () => {
    const { recorder, record, logs, clock } = setUp(({ exportId }) =>
      exportId === 'full' ? 'full' : 'written',
    );
    clock.stepMs = 0;
    const held = record('held', 1, 'full');
    for (let n = 0; n < 1000; n += 1) await record(String(n))?.then(nextTick);
    expect(logs.get('e')).toHaveLength(1000);
    await Promise.all([recorder.stop(), expect(held).rejects.toThrow('the server stops')]);
  });

  test('leaves no timer behind, however often it ends the pause for a full log', async () => {
    const { recorder, record, clock, timers } = setUp(({ exportId }) =>
      exportId === 'full' ? 'full' : 'written',
    );
    clock.stepMs = 0;
    const held = record('held', 1, 'full');
    for (let n = 0; n < 100; n += 1) await record(String(n))?.then(nextTick);
    expect(timers.size).toBeLessThanOrEqual(1);
    await Promise.all([recorder.stop(), expect(held).rejects.toThrow('the server stops')]);
    expect(timers.size).toBe(0);
  });

  test('waits while the database is away, and keeps its place', async () => {
    let left = 2;
    const { record, logs } = setUp(() => (left-- > 0 ? 'away' : 'written'));
    await Promise.all(['a', 'b', 'c'].map((text) => record(text)));
    expect(logs.get('e')).toEqual(['a', 'b', 'c']);
  });

  test('waits while its log is full, and holds up no other log', async () => {
    let isFull = true;
    const { record, logs, nearlyFull } = setUp(({ exportId }) =>
      exportId === 'e' && isFull ? 'full' : 'written',
    );
    const waiting = record('held', 1, 'e');
    await record('passes', 1, 'other');
    expect([logs.get('e'), logs.get('other')]).toEqual([undefined, ['passes']]);
    isFull = false;
    await waiting;
    expect(logs.get('e')).toEqual(['held']);
    expect([...nearlyFull]).toEqual(['e']);
  });

  test('waits no longer for room because the clock was set back', async () => {
    let isFull = true;
    const { record, logs, clock } = setUp(() => (isFull ? 'full' : 'written'));
    clock.nowMs = 3_600_000;
    // What a full log is trimmed for comes right after it was set to wait.
    clock.trimmed = () => {
      clock.nowMs = 0;
      isFull = false;
    };
    await record('held');
    expect(logs.get('e')).toEqual(['held']);
  });

  test('fails for its own log alone', async () => {
    const { record, logs } = setUp(({ exportId }) => (exportId === 'e' ? 'broken' : 'written'));
    const outcomes = await Promise.allSettled([record('a', 1, 'e'), record('b', 1, 'other')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(logs.get('other')).toEqual(['b']);
  });

  test('that is nobody’s any more is done', async () => {
    const { record } = setUp(() => 'gone');
    await expect(record('a')).resolves.toBeUndefined();
  });
});

test('each message keeps its topic in each log, whatever came before it', async () => {
  const topics: Record<string, string[]> = {};
  const { recorder } = setUp(({ exportId, data }) => {
    topics[exportId] = splitFrames(data).map((frame) => readFrame(frame).topic);
    return 'written';
  });
  const taps = ['a', 'b'].map((topic) => [
    { log: 'e', topic },
    { log: 'other', topic: `other/${topic}` },
  ]);
  for (const n of [0, 0, 1, 0, 1, 1]) recorder.record('d', taps[n] ?? [], Buffer.from('x'), 0);
  await recorder.stop();
  expect(topics).toEqual({
    e: ['a', 'a', 'b', 'a', 'b', 'b'],
    other: ['other/a', 'other/a', 'other/b', 'other/a', 'other/b', 'other/b'],
  });
});

describe('a message at QoS 0', () => {
  test('is waited for by nobody', async () => {
    const { recorder, record, logs } = setUp();
    expect(record('a', 0)).toBeUndefined();
    await recorder.stop();
    expect(logs.get('e')).toEqual(['a']);
  });

  test('is committed with what comes a moment later, at once with what somebody waits for', async () => {
    const { record, commits, logs } = setUp();
    record('a', 0);
    await nextTick();
    record('b', 0, 'other');
    await nextTick();
    await record('c', 1);
    expect(commits).toEqual([3]);
    expect(Object.fromEntries(logs)).toEqual({ e: ['a', 'c'], other: ['b'] });
    record('d', 0);
    await expect.poll(() => commits).toEqual([3, 1]);
  });

  test('waits for nothing that comes later once there is as much as one commit takes', async () => {
    const { record, commits, pauses } = setUp();
    for (let n = 0; n < 1000; n += 1) record(String(n), 0);
    await expect.poll(() => commits).toEqual([1000]);
    expect(pauses).toEqual([]);
  });

  test('is dropped and counted while its log is full; what is acknowledged stays', async () => {
    let isFull = true;
    const { recorder, record, logs } = setUp(() => (isFull ? 'full' : 'written'));
    record('dropped', 0);
    const waiting = record('kept', 1);
    await expect.poll(() => recorder.dropped.get('e')).toBe(1);
    isFull = false;
    await waiting;
    expect(logs.get('e')).toEqual(['kept']);
  });

  test('is dropped and counted if its log cannot be written', async () => {
    const { recorder, record } = setUp(() => 'broken');
    record('a', 0);
    await expect(record('b', 1)).rejects.toThrow('no such log');
    await expect.poll(() => recorder.dropped.get('e')).toBe(1);
    expect(recorder.pendingBytes).toBe(0);
  });

  test('is dropped and counted when too much waits for the database', async () => {
    const { recorder, record } = setUp(() => 'away');
    const large = 'x'.repeat(1024 * 1024);
    for (let n = 0; n < 70; n += 1) record(large, 0);
    expect(recorder.dropped.get('e')).toBeGreaterThan(0);
    expect(recorder.pendingBytes).toBeLessThanOrEqual(64 * 1024 * 1024);
    await recorder.stop();
    expect(recorder.pendingBytes).toBe(0);
  });
});

test('a recorder that stops tells those who wait for a database that stays away', async () => {
  const { recorder, record } = setUp(() => 'away');
  const waiting = record('a');
  const refused = expect(waiting).rejects.toThrow('the server stops');
  await recorder.stop();
  await refused;
});

test('event IDs are UUIDs of version 7, and differ', async () => {
  const { EventIds } = await import('./event-ids.ts');
  const ids = new EventIds();
  const texts = Array.from({ length: 1000 }, () => ids.create(1_700_000_000_000).toString('hex'));
  expect(new Set(texts).size).toBe(1000);
  expect(texts.every((text) => /^018bcfe568007[0-9a-f]{3}[89ab][0-9a-f]{15}$/.test(text))).toBe(true);
});
