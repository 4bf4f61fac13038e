import { expect, test } from 'vitest';
import { KeyedRate } from './keyed-rate.ts';

test('beyond its rate a key is told how many seconds to wait, and another key is not', () => {
  let now = 0;
  const rate = new KeyedRate(2, 60_000, () => now);
  expect([rate.take('a'), rate.take('a')]).toEqual([undefined, undefined]);
  now = 500;
  expect(rate.take('a')).toBe(60);
  now = 59_500;
  expect(rate.take('a')).toBe(1);
  expect(rate.take('b')).toBeUndefined();
});

test('a key may go on when its window has ended', () => {
  let now = 0;
  const rate = new KeyedRate(1, 1000, () => now);
  rate.take('a');
  expect(rate.take('a')).toBe(1);
  now = 1000;
  expect(rate.take('a')).toBeUndefined();
});

test('a rate of nothing permits nothing', () => {
  expect(new KeyedRate(0, 1000).take('a')).toBe(1);
});

test('of very many keys the oldest is forgotten, so that memory has a bound', () => {
  const rate = new KeyedRate(1, 1000, () => 0);
  rate.take('first');
  for (let i = 0; i < 9_999; i += 1) rate.take(`key ${i}`);
  expect(rate.take('first')).toBe(1);
  rate.take('one more');
  expect(rate.take('first')).toBeUndefined();
});
