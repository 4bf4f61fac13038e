import fc from 'fast-check';
import { expect, test } from 'vitest';
import { repeatedField } from './repeated-field.ts';

test.each([
  ['{"a":1,"a":1}', 'a'],
  ['{"a":1,"b":{"c":[],"d":{},"c":2}}', 'c'],
  ['[{"a":1},[{"b":"x","b" : "y"}]]', 'b'],
  ['{"a":1,"\\u0061":2}', 'a'],
  ['{"\\"":1,"\\"":2}', '"'],
  ['{"":1,"":2}', ''],
  ['{"a":[1,2],"a":3}', 'a'],
  ['{"__proto__":1,"__proto__":2}', '__proto__'],
])('%s has the field %j twice', (json, name) => {
  expect(repeatedField(json)).toBe(name);
});

test.each([
  '',
  '1',
  '"a"',
  '["a","a"]',
  '{"a":"a","b":"a"}',
  '{"a":{"a":{"a":1}}}',
  '[{"a":1},{"a":1}]',
  '{"a":["b","b"],"b":1}',
  '{"a":",","b":"{\\"b\\":1,","c":"\\\\"}',
])('%s has no field twice', (json) => {
  expect(repeatedField(json)).toBeUndefined();
});

test('what was written from values has no field twice, and is found to have one as soon as a field is added again', () => {
  fc.assert(
    fc.property(fc.json(), fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (json, fields) => {
      expect(repeatedField(json)).toBeUndefined();
      const text = JSON.stringify(fields);
      const [name] = Object.keys(fields) as [string];
      expect(repeatedField(`[${json},${text.slice(0, -1)},${JSON.stringify(name)}:0}]`)).toBe(name);
    }),
  );
});
