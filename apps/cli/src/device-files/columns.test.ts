import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellOfValue, valueOfCell } from './columns.ts';

describe('a cell', () => {
  test.each(['=1+1', '+7', '-pump', '@SUM(A1)', '\tx', "'=1", "''@"])('is no formula: %s', (text) => {
    expect(cellOfValue(text)).toBe(`'${text}`);
  });

  test.each(['pump-7', "'quoted'", "it's", ''])('is written as it is when it is harmless: %s', (text) => {
    expect(cellOfValue(text)).toBe(text);
  });

  test('is read as what was written', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^['=+@a-]{0,4}.*$/), (text) => {
        expect(valueOfCell('description', cellOfValue(text))).toBe(text);
      }),
    );
  });

  test('with certificates holds a list of them, or PEM', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    expect(valueOfCell('certificates', JSON.stringify([{ certificate_data: pem }]))).toEqual([
      { certificate_data: pem },
    ]);
    expect(valueOfCell('certificates', pem + pem)).toEqual([pem, pem]);
    expect(valueOfCell('certificates', `\uFEFFtext\n${pem}`)).toEqual([`\uFEFFtext\n${pem}`]);
  });

  test('that should hold JSON and does not is left as text', () => {
    expect(valueOfCell('labels', 'site=north')).toBe('site=north');
  });
});
