import { expect, test } from 'vitest';
import { SummedLines } from './summed-lines.ts';

test('what happens is told of at once, then once in some seconds with all that came meanwhile', () => {
  let nowMs = 0;
  const told: string[] = [];
  const lines = new SummedLines(
    (id, count) => told.push(`${id} ${count}`),
    () => nowMs,
  );
  lines.add('a', 0);
  expect(told).toEqual([]);
  lines.add('a', 3);
  lines.add('a', 4);
  lines.add('b', 5);
  expect(told).toEqual(['a 3', 'b 5']);
  nowMs = 10_000;
  lines.add('a', 1);
  expect(told).toEqual(['a 3', 'b 5', 'a 5']);
});

test('what is gone is forgotten', () => {
  const told: number[] = [];
  const lines = new SummedLines(
    (_id, count) => told.push(count),
    () => 0,
  );
  lines.add('a', 1);
  lines.keepOnly(() => false);
  lines.add('a', 2);
  expect(told).toEqual([1, 2]);
});
