import { describe, expect, test } from 'vitest';
import { exceeds } from './json-size.ts';

const values = 1_000_000;
const levels = 32;

describe('levels', () => {
  test.each([
    ['[[[1]]]', 3],
    ['{"a":{"b":{"c":1}}}', 3],
    ['[{"a":[1]}]', 3],
    ['["]]]]",[[1]]]', 3],
    ['["\\"]",[[1]]]', 3],
    ['[1],[2],[3]', 1],
    ['"\\"[[[["', 0],
    ['["[", "{", "\\\\", "[["]', 1],
    ['{"[":{}}', 2],
    ['', 0],
  ])('%s has %i', (json, depth) => {
    expect(exceeds(json, { levels: depth, values })).toBe(false);
    if (depth > 0) expect(exceeds(json, { levels: depth - 1, values })).toBe(true);
  });
});

describe('values', () => {
  test.each([
    ['[1,2,3]', 3],
    ['{"a":1,"b":[]}', 3],
    ['[[],[],[]]', 6],
    ['{"a,b":"[,"}', 1],
  ])('%s has %i', (json, count) => {
    expect(exceeds(json, { levels, values: count })).toBe(false);
    expect(exceeds(json, { levels, values: count - 1 })).toBe(true);
  });
});
