import { expect, test } from 'vitest';
import { LinesInBoth } from './lines-in-both.ts';

const line = { at: '2026-11-26T10:00:00.000Z', level: 'WARN', message: 'connection refused' };
const others = [
  { ...line, at: '2026-11-26T10:00:00.001Z' },
  { ...line, level: 'ERROR' },
  { ...line, message: 'connected' },
];

test('of equal lines of one instant each that was shown is taken once, and the next is news', () => {
  const shown = new LinesInBoth([line, line]);
  expect([line, line, line].map((one) => shown.take({ ...one }))).toEqual([true, true, false]);
});

test('another time, level or message is another line', () => {
  const shown = new LinesInBoth([line]);
  expect(others.map((other) => shown.take(other))).toEqual([false, false, false]);
  expect(shown.take(line)).toBe(true);
});
