import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MultiMap } from './multi-map.ts';

const values = Array.from({ length: 4 }, (_, n) => ({ n }));
const change = fc.record({
  isAdded: fc.boolean(),
  key: fc.constantFrom('a', 'b'),
  value: fc.constantFrom(...values),
});

test('has for each key the values that were added and not deleted since', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30, size: 'max' }), (changes) => {
      const map = new MultiMap<string, object>();
      const expected = new Map([
        ['a', new Set<object>()],
        ['b', new Set<object>()],
      ]);
      for (const { isAdded, key, value } of changes) {
        if (isAdded) map.add(key, value);
        else map.delete(key, value);
        if (isAdded) expected.get(key)?.add(value);
        else expected.get(key)?.delete(value);
      }
      for (const [key, own] of expected) expect(map.valuesOf(key)).toEqual(own);
    }),
  );
});

test('what was asked for stays as it was while the map changes', () => {
  const map = new MultiMap<string, object>();
  const [one, other] = values as [object, object];
  map.add('a', one);
  map.add('a', other);
  const before = map.valuesOf('a');
  map.clear();
  expect(before).toEqual(new Set([one, other]));
  expect(map.valuesOf('a').size).toBe(0);
});
