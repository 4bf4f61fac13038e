import { beforeEach, describe, expect, test } from 'vitest';
import { Pace } from './rate-limit.ts';

/** How long each call was told to wait, in ms. */
const waits: number[] = [];
/** It stands still unless a test moves it. */
let now = 5_000;
const clock = {
  nowMs: () => now,
  sleep: async (ms: number, signal?: AbortSignal) => {
    waits.push(ms);
    signal?.throwIfAborted();
  },
};
beforeEach(() => {
  waits.length = 0;
});

describe('calls at a pace', () => {
  test('fail once the command is interrupted, whether they would wait or not', async () => {
    const interrupted = new AbortController();
    const pace = new Pace(10, interrupted.signal, clock);
    await pace.wait();
    interrupted.abort();
    await expect(pace.wait()).rejects.toThrow();
    expect(waits).toEqual([100]);
    now += 10_000;
    await expect(pace.wait()).rejects.toThrow();
    expect(waits).toHaveLength(1);
  });

  test('begin one after the other, also those that come together', async () => {
    const pace = new Pace(10, new AbortController().signal, clock);
    await Promise.all([pace.wait(), pace.wait(), pace.wait()]);
    expect(waits).toEqual([100, 200]);
    now += 250;
    await pace.wait();
    expect(waits).toEqual([100, 200, 50]);
  });

  test('save up nothing while none comes', async () => {
    const pace = new Pace(10, new AbortController().signal, clock);
    await pace.wait();
    now += 60_000;
    await Promise.all([pace.wait(), pace.wait()]);
    expect(waits).toEqual([100]);
  });
});
