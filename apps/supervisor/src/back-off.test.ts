import { expect, test } from 'vitest';
import { BackOff } from './back-off.ts';

test('what keeps ending is started again after longer and longer pauses, up to ten seconds', () => {
  const backOff = new BackOff();
  const pauses = Array.from({ length: 8 }, () => backOff.next(100));
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});

test('what had run steadily is started again at once', () => {
  const backOff = new BackOff();
  for (let times = 0; times < 5; times++) backOff.next(100);
  expect(backOff.next(60_000)).toBe(250);
  expect(backOff.next(100)).toBe(500);
});
