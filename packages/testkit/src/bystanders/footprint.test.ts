import { describe, expect, test } from 'vitest';
import { keptBeyond } from './footprint.ts';

const before = new Map([
  ['mqtt sessions', 2],
  ['mqtt handles', 11],
  ['api memory', 2 ** 27],
]);
const after = (name: string, value: number) => new Map(before).set(name, value);

describe('what a process keeps', () => {
  test.each([
    ['a session', after('mqtt sessions', 3), 'mqtt sessions: 3 after 2'],
    ['handles', after('mqtt handles', 24), 'mqtt handles: 24 after 11'],
    ['memory', after('api memory', 2 ** 29), `api memory: ${2 ** 29} after ${2 ** 27}`],
    ['a number that it no longer tells', after('mqtt handles', Number.NaN), 'mqtt handles: NaN after 11'],
    ['nothing more, for it is gone', new Map(), 'mqtt sessions: NaN after 2'],
  ])('is told: %s', (_what, now, line) => {
    expect(keptBeyond(before, now)).toContain(line);
  });

  test('is nothing when it is as much as before, or connections to the database more', () => {
    expect(keptBeyond(before, before)).toEqual([]);
    expect(keptBeyond(before, after('mqtt handles', 23))).toEqual([]);
  });
});
