import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldsToSet, partsInMask, updateMask } from './update-mask.ts';

const defaults = { name: '', labels: {} as Record<string, string>, logOptions: null as object | null };
const mask = updateMask(Object.keys(defaults));

describe('a mask is refused', () => {
  test.each([
    'colour',
    'name,colour',
    'name,name',
    'logOptions,log_options',
    'labels.a',
    'name,',
    ',',
    'Name',
    '__proto__',
    'constructor',
  ])('%s', (text) => {
    expect(mask.safeParse(text).success).toBe(false);
  });

  test('whatever it names that cannot be changed', () => {
    const others = fc
      .string({ minLength: 1 })
      .filter((text) => !/^\s*(name|labels|log_?[oO]ptions)\s*$/.test(text));
    fc.assert(fc.property(others, (text) => !mask.safeParse(text.replaceAll(',', ' ')).success));
  });
});

test.each(['', 'name', 'name, labels', 'log_options', 'labels,logOptions,name'])('%j is a mask', (text) => {
  expect(mask.safeParse(text).success).toBe(true);
});

describe('a field within a field', () => {
  const parts = updateMask(['name', 'logOptions', 'logOptions.minLevel']);

  test.each(['log_options.min_level', 'logOptions.minLevel', 'name,logOptions.minLevel'])(
    '%j is a mask',
    (text) => {
      expect(parts.safeParse(text).success).toBe(true);
      expect(partsInMask(text, 'logOptions')).toEqual(['minLevel']);
    },
  );

  test.each([
    'logOptions.colour',
    'name.minLevel',
    'logOptions.',
    'logOptions.minLevel,log_options.min_level',
  ])('%j is refused', (text) => {
    expect(parts.safeParse(text).success).toBe(false);
  });
});

describe('what is set', () => {
  test('is what the mask names, reset to its default where the body lacks it', () => {
    const body = { updateMask: 'name,labels', name: 'new', logOptions: { disabled: true } };
    expect(fieldsToSet(body, defaults)).toEqual({ name: 'new', labels: {} });
  });

  test.each([undefined, ''])('is everything with the mask %j', (updateMask) => {
    expect(fieldsToSet({ updateMask, name: 'new' }, defaults)).toEqual({
      name: 'new',
      labels: {},
      logOptions: null,
    });
  });

  test('is known by its snake_case name too', () => {
    expect(fieldsToSet({ updateMask: 'log_options' }, defaults)).toEqual({ logOptions: null });
  });
});
