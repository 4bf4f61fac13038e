import { expect, test } from 'vitest';
import { DiscardLines } from './discard-lines.ts';

test('a full log is told of at once, then once in some seconds with all that was lost meanwhile', () => {
  let nowMs = 0;
  const told: string[] = [];
  const lines = new DiscardLines(
    (exportId, messages) => told.push(`${exportId} ${messages}`),
    () => nowMs,
  );
  lines.discarded('a', 0);
  expect(told).toEqual([]);
  lines.discarded('a', 3);
  lines.discarded('a', 4);
  lines.discarded('b', 5);
  expect(told).toEqual(['a 3', 'b 5']);
  nowMs = 10_000;
  lines.discarded('a', 1);
  expect(told).toEqual(['a 3', 'b 5', 'a 5']);
});

test('an export that is gone is forgotten', () => {
  const told: number[] = [];
  const lines = new DiscardLines(
    (_exportId, messages) => told.push(messages),
    () => 0,
  );
  lines.discarded('a', 1);
  lines.keepOnly(() => false);
  lines.discarded('a', 2);
  expect(told).toEqual([1, 2]);
});
