import { expect, test } from 'vitest';
import { maxCallMs, readTimeout } from './timeout.ts';

test.each(['', '1', 'S', '-1S', '1.5S', '123456789S', '1s', '1 S', '1SS', '0x1S', '1S,1S'])(
  '%j is no timeout',
  (text) => {
    expect(readTimeout(text)).toBeUndefined();
  },
);

test.each([
  ['10S', 10_000],
  ['250m', 250],
  ['2500u', 2.5],
  ['1n', 1e-6],
  ['0S', 0],
  ['1H', maxCallMs],
  ['99999999M', maxCallMs],
  [undefined, maxCallMs],
])('%j is %d ms', (text, milliseconds) => {
  expect(readTimeout(text)).toBe(milliseconds);
});
