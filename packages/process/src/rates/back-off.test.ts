import { expect, test } from 'vitest';
import { BackOff } from './back-off.ts';

const limits = { firstMs: 250, longestMs: 10_000 };
const waits = (backOff: BackOff, times: number) => Array.from({ length: times }, () => backOff.next());

test('waits are longer and longer, up to the longest', () => {
  const backOff = new BackOff(limits, () => 0);
  expect(backOff.isFresh).toBe(true);
  expect(waits(backOff, 8)).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  expect(backOff.isFresh).toBe(false);
});

test('after what worked the first wait comes again', () => {
  const backOff = new BackOff(limits, () => 0);
  waits(backOff, 5);
  backOff.reset();
  expect(backOff.isFresh).toBe(true);
  expect(waits(backOff, 2)).toEqual([250, 500]);
});

test('up to half of each wait is left to chance', () => {
  expect(waits(new BackOff(limits, () => 0.999999), 2).map(Math.round)).toEqual([125, 250]);
  const first = Array.from({ length: 100 }, () => new BackOff(limits).next());
  expect(Math.min(...first)).toBeGreaterThan(125);
  expect(Math.max(...first)).toBeLessThanOrEqual(250);
  expect(new Set(first).size).toBeGreaterThan(50);
});

test('a wait ends when nobody waits any more', async () => {
  const stopping = new AbortController();
  const waiting = new BackOff({ firstMs: 3_600_000, longestMs: 3_600_000 }).wait(stopping.signal);
  stopping.abort();
  await expect(waiting).rejects.toThrow(/abort/);
});
