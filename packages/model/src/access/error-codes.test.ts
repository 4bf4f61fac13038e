import { expect, test } from 'vitest';
import { codeName } from './error-codes.ts';

test('codes have the names of google.rpc, and one that is unknown stays a number', () => {
  expect([0, 3, 7, 16, 99].map(codeName)).toEqual([
    'OK',
    'INVALID_ARGUMENT',
    'PERMISSION_DENIED',
    'UNAUTHENTICATED',
    '99',
  ]);
});
