import { expect, test } from 'vitest';
import { throwUnhandled } from './unhandled.ts';

test('a rejection that nobody handles fails the test in which it comes up, and no other', async () => {
  void Promise.reject(new Error('forgotten'));
  void Promise.reject(new Error('forgotten, too'));
  await expect(throwUnhandled()).rejects.toThrow('an error that nobody caught, and 1 more: forgotten');
  await throwUnhandled();
});

test('one that is handled late, in the same turn, fails none', async () => {
  const rejected = Promise.reject(new Error('handled'));
  await expect(rejected).rejects.toThrow('handled');
  await throwUnhandled();
});
