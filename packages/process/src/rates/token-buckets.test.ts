import { expect, test } from 'vitest';
import { TokenBuckets } from './token-buckets.ts';

const rate = { burst: 2, perSecond: 2 };

test('a key beyond its rate is told how long to wait, and takes nothing from another key', () => {
  let now = 1000;
  const buckets = new TokenBuckets(10, () => now);
  expect([1, 2, 3, 4].map(() => buckets.take('a', rate))).toEqual([0, 0, 500, 500]);
  expect(buckets.take('b', rate)).toBe(0);
  now += 400;
  expect(buckets.take('a', rate)).toBe(100);
  now += 100;
  expect(buckets.take('a', rate)).toBe(0);
});

test('what is forgiven can be taken again', () => {
  const buckets = new TokenBuckets(10, () => 1000);
  buckets.spend('a', rate);
  buckets.spend('a', rate);
  expect(buckets.waitMs('a', rate)).toBe(500);
  buckets.giveBack('a', rate);
  expect(buckets.take('a', rate)).toBe(0);
});

test('of more keys than there is room for, the one that was not used for longest is forgotten', () => {
  const buckets = new TokenBuckets(2, () => 1000);
  for (const key of ['a', 'a', 'b', 'b']) buckets.take(key, rate);
  expect(buckets.take('a', rate)).toBe(500);
  buckets.take('c', rate);
  expect(buckets.take('b', rate)).toBe(0);
});
