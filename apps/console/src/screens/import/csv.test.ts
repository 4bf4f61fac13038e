import { expect, test } from 'vitest';
import { readCsv } from './csv.ts';

test.each([
  ['', []],
  ['\n\r\n', []],
  [
    'a,b\r\nc,d',
    [
      [1, 'a', 'b'],
      [2, 'c', 'd'],
    ],
  ],
  ['\uFEFFa,\n', [[1, 'a', '']]],
  [
    '"a,""b""\nc",d\ne',
    [
      [2, 'a,"b"\nc', 'd'],
      [3, 'e'],
    ],
  ],
  ['a"b,"c"', [[1, 'a"b', 'c']]],
  ['"never closed', [[1, 'never closed']]],
])('%j is read', (text, rows) => {
  expect([...readCsv(text)].map(({ line, cells }) => [line, ...cells])).toEqual(rows);
});
