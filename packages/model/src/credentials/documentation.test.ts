import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { limits, minPasswordCharacters, minRsaModulusBits } from '../limits.ts';

const page = readFileSync(new URL('../../../../docs/credentials.md', import.meta.url), 'utf8');
const number = (value: number) => value.toLocaleString('en');

describe('the page about certificates and passwords', () => {
  test('names the limits that hold', () => {
    expect(page).toContain(
      `| RSA keys | ${number(minRsaModulusBits)} to ${number(limits.rsaModulus.max)} bits |`,
    );
    expect(page).toContain(`| size | ${number(limits.certificateData.max)} characters |`);
    expect(page).toContain(
      `at least ${minPasswordCharacters} characters, at most ${number(limits.password.max)} bytes in UTF-8`,
    );
  });
});
