import { expect, test } from 'vitest';
import { Claims } from './claims.ts';

const key = 'ab'.repeat(16);

test('the later claim stays, wherever it was made', () => {
  const claims = new Claims();
  const taken: string[] = [];
  claims.hear(10);
  const mine = claims.add(key, () => taken.push('mine'));
  expect(mine.counter).toBe(11);
  claims.heard(key, 10, true);
  expect(taken).toEqual([]);
  claims.heard(key, 12, false);
  expect(taken).toEqual(['mine']);
  expect(claims.counter).toBe(12);
});

test('of two claims with one counter that of the later node stays', () => {
  const claims = new Claims();
  const taken: string[] = [];
  claims.add(key, () => taken.push('first'));
  claims.heard(key, 1, false);
  expect(taken).toEqual([]);
  claims.heard(key, 1, true);
  expect(taken).toEqual(['first']);
});

test('a session ends when another has its client ID here, and takes nothing from it', () => {
  const claims = new Claims();
  const taken: string[] = [];
  const first = claims.add(key, () => taken.push('first'));
  claims.add(key, () => taken.push('second'));
  expect(taken).toEqual(['first']);
  claims.remove(first);
  claims.heard(key, 9, true);
  expect(taken).toEqual(['first', 'second']);
  expect(claims.size).toBe(0);
});

test('a counter that nobody can have reached moves nothing', () => {
  const claims = new Claims();
  claims.hear(2 ** 48 - 1);
  expect(claims.counter).toBe(0);
});
