import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSortableId } from './sortable-ids.ts';

const time = fc.integer({ min: 0, max: 2 ** 45 - 1 });

test('IDs sort by their time, whatever is random in them', () => {
  fc.assert(
    fc.property(time, time, (one, other) => {
      const [a, b] = [createSortableId(new Date(one)), createSortableId(new Date(other))];
      if (one !== other) expect(a < b).toBe(one < other);
    }),
  );
});

test('they are IDs as any other, and differ within a millisecond', () => {
  const now = new Date();
  const ids = Array.from({ length: 1000 }, () => createSortableId(now));
  expect(new Set(ids).size).toBe(1000);
  expect(ids.every((id) => /^are[0-9a-v]{17}$/.test(id))).toBe(true);
});
