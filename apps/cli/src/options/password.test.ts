import { checkPassword } from '@iotcore/model';
import { expect, test } from 'vitest';
import { generatePassword } from './password.ts';

test('a password that is made here is one that the service takes, and another each time', () => {
  const made = Array.from({ length: 100 }, generatePassword);
  for (const password of made) expect(checkPassword(password)).toBeUndefined();
  expect(new Set(made).size).toBe(made.length);
});
