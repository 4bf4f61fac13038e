import { expect, test } from 'vitest';
import { withKeys } from './log-lines.ts';

const line = (at: string, message: string) => ({ at, level: 'WARN', message }) as never;
const keysOf = (lines: readonly never[]) => withKeys(lines).map(({ key }) => key);

test('lines that say the same at the same moment are two lines', () => {
  expect(new Set(keysOf([line('1', 'refused'), line('1', 'refused'), line('1', 'connected')])).size).toBe(3);
});

test('a line keeps its key when others come, and when it is read again with what was there before', () => {
  const before = keysOf([line('2', 'refused'), line('1', 'refused')]);
  const after = keysOf([line('2', 'refused'), line('2', 'refused'), line('1', 'refused')]);
  expect(after.slice(1)).toEqual(before);
  expect(keysOf([line('2', 'refused')])).toEqual(before.slice(0, 1));
});
