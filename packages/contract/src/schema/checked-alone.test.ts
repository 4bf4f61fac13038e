import { expect, test } from 'vitest';
import { z } from 'zod';
import { BadEntry, checkedAlone } from './checked-alone.ts';

const list = z.array(
  checkedAlone(z.strictObject({ id: z.string(), count: z.number('A number.').optional() })),
);

/** What is wrong with the only entry of a list. */
function reasonOf(entry: unknown): string {
  const [checked] = list.parse([entry]);
  return checked instanceof BadEntry ? checked.reason : 'nothing';
}

test('a bad entry does not make a bad list, and leaves the others as they are', () => {
  expect(list.parse([{ id: 'a' }, 7, { id: 'b' }])).toEqual([{ id: 'a' }, expect.any(BadEntry), { id: 'b' }]);
});

test('every bad field is named, and so are unknown ones', () => {
  expect(reasonOf({ id: 'a', count: 'x' })).toBe('count: A number.');
  expect(reasonOf({ id: 'a', count: 'x', colour: 'red', size: 1 })).toBe(
    'count: A number. colour, size: There is no such field.',
  );
});

test('names that somebody chose do not make a long answer', () => {
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`${'x'.repeat(500)}${i}`, 1]));
  expect(reasonOf({ id: 'a', ...many }).length).toBeLessThan(200);
});

test.each([[null], [7], ['text'], [[1]], [{ id: 7 }], [JSON.parse('{"__proto__": {"id": "x"}}')]])(
  '%j has no text under a name',
  (given) => {
    expect(new BadEntry(given, '').text('id')).toBeUndefined();
    expect(new BadEntry(given, '').text('toString')).toBeUndefined();
  },
);

test('what was given is not printed with it', () => {
  expect(JSON.stringify(new BadEntry({ id: 'secret' }, 'wrong'))).toBe('{"reason":"wrong"}');
});
