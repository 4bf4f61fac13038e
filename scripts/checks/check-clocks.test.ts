import { describe, expect, test } from 'vitest';
import { findSystemTime } from './check-clocks.ts';

const knowing = "import { type Clock, systemClock } from '@iotcore/process';\n";
const lines = (text: string, path = 'apps/x/src/a.ts') => findSystemTime({ path, text }).length;

describe('asking the system for the time', () => {
  test.each([
    ['of day, by Date.now', 'const at = Date.now();'],
    ['of day, by Date.now as a function', 'now: () => number = Date.now,'],
    ['of day, by new Date()', 'const at = new Date();'],
    ['by performance.now where a clock is given', `${knowing}const at = performance.now();`],
    ['by a timer where a clock is given', `${knowing}const timer = setTimeout(run, 5);`],
    [
      'by an interval where only its type is imported',
      "import type { Clock } from '@iotcore/process/clock';\nsetInterval(run, 5);",
    ],
  ])('%s, is found', (_, text) => expect(lines(text)).toBe(1));

  test.each([
    ['the time of something else', 'const at = new Date(ms);'],
    ['a comment', '// Date.now() would jump.'],
    ['a measurement where no clock is given', 'const startedAt = performance.now();'],
    ['the time-out of a socket', `${knowing}socket.setTimeout(5);`],
    ['a clock that is asked', `${knowing}const at = clock.date();`],
  ])('is not mixed up with %s', (_, text) => expect(lines(text)).toBe(0));

  test('is what the clock of the system does', () =>
    expect(lines('date: () => new Date(),', 'packages/process/src/timing/clock.ts')).toBe(0));
});
