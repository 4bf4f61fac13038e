/** IDs, names, descriptions, labels and passwords: each limit at −1, 0 and +1. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkPassword } from '../credentials/password-policy.ts';
import { checkFolderId, checkId, createId, isId } from './ids.ts';
import { checkLabels } from './labels.ts';
import { checkDescription, checkName } from './names.ts';
import { characterCount, checkText } from './text.ts';

/** Half a surrogate pair, too. Of `unit: 'binary'`, the same characters, fast-check makes a map of a million entries first. */
const anyCharacter = fc.integer({ min: 0, max: 0x10_ff_ff }).map((code) => String.fromCodePoint(code));

describe('an ID', () => {
  test.each(['', 'A', 'a/b', '+', '#', 'a b', 'a\n', '\na', 'ä', 'a\0', '$', 'a'.repeat(51), '__proto__'])(
    'is not %j',
    (id) => {
      expect(isId(id)).toBe(false);
      expect(checkId(id, 'deviceId')?.field).toBe('deviceId');
    },
  );

  test('may be any 1 to 50 characters of [a-z0-9], as the old service gave them', () => {
    for (const id of ['a', '0', 'constructor', 'b1g0123456789', 'z'.repeat(50)]) {
      expect(checkId(id, 'deviceId')).toBeUndefined();
    }
  });

  test('that is new has the form of the published API, and is valid and not repeated', () => {
    const ids = Array.from({ length: 2_000 }, createId);
    for (const id of ids) expect(id).toMatch(/^are[0-9a-v]{17}$/);
    expect(ids.every(isId)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids.flatMap((id) => [...id.slice(3)])).size).toBe(32);
  });
});

describe('a folder ID', () => {
  test.each(['', '*', 'a/b', 'a b', 'a'.repeat(51), '\0'])('is not %j', (id) => {
    expect(checkFolderId(id)).toBeDefined();
  });

  test.each(['default', 'b1gia12345', 'My_folder-1.0', 'a'.repeat(50)])('may be %s', (id) => {
    expect(checkFolderId(id)).toBeUndefined();
  });
});

describe('a name', () => {
  test.each([
    ['a b', 'INVALID_CHARACTERS'],
    ['имя', 'INVALID_CHARACTERS'],
    ['a\n', 'INVALID_CHARACTERS'],
    ['a.b', 'INVALID_CHARACTERS'],
    ['<script>', 'INVALID_CHARACTERS'],
    ['a'.repeat(51), 'TOO_LONG'],
  ])('is not %j: %s', (name, code) => {
    expect(checkName(name)).toMatchObject({ code, field: 'name' });
  });

  test.each(['', 'a', '-', '_', 'My-device_01', '__proto__', 'a'.repeat(50)])('may be %j', (name) => {
    expect(checkName(name)).toBeUndefined();
  });
});

describe('a description', () => {
  test('has at most 256 characters, counted as people do and not as UTF-16', () => {
    expect(checkDescription('\u{1f321}'.repeat(256))).toBeUndefined();
    expect(checkDescription('\u{1f321}'.repeat(257))?.code).toBe('TOO_LONG');
    expect(checkDescription('a'.repeat(257))?.code).toBe('TOO_LONG');
  });

  test.each(['\0', 'a\0b', '\ud800', 'a\udc00b'])('does not hold %j, which no database can store', (text) => {
    expect(checkDescription(text)?.code).toBe('INVALID_CHARACTERS');
  });

  test.each(['line\r\nbreak', '\u001b[31m', '\u202e', '<b>&quot;', ''])('may hold %j: it is data', (text) => {
    expect(checkDescription(text)).toBeUndefined();
  });
});

describe('labels', () => {
  test.each([
    ['', ''],
    ['1a', ''],
    ['A', ''],
    ['a.b', ''],
    ['-a', ''],
    ['__proto__', ''],
    ['a'.repeat(64), ''],
    ['a', 'B'],
    ['a', 'b c'],
    ['a', 'ж'],
    ['a', 'b'.repeat(64)],
  ])('are not %j: %j', (key, value) => {
    expect(checkLabels([[key, value]])).toHaveLength(1);
  });

  test('are named with every bad value at once', () => {
    const bad = [
      ['fine', 'x'],
      ['one', 'A'],
      ['two', 'B'],
    ] as const;
    expect(checkLabels(bad).map(({ field }) => field)).toEqual(['labels.one', 'labels.two']);
  });

  test('are at most 64', () => {
    const pairs = Array.from({ length: 65 }, (_, index) => [`k${index}`, ''] as const);
    expect(checkLabels(pairs.slice(1))).toEqual([]);
    expect(checkLabels(pairs)).toMatchObject([{ code: 'TOO_MANY', field: 'labels' }]);
  });

  test('may be as long as the published API says', () => {
    expect(checkLabels([[`a${'-'.repeat(62)}`, '-_09az'.padEnd(63, 'x')]])).toEqual([]);
  });
});

describe('a password', () => {
  test.each([
    ['', 'TOO_SHORT'],
    ['Abcdefghijk12', 'TOO_SHORT'],
    ['\u{1f321}aA1'.repeat(3), 'TOO_SHORT'],
    ['abcdefghijklmn', 'WEAK_PASSWORD'],
    ['abcdefghijklm1', 'WEAK_PASSWORD'],
    ['12345678901234', 'WEAK_PASSWORD'],
    ['ABCDEFGHIJKLM!', 'WEAK_PASSWORD'],
    ['парольпароль12', 'WEAK_PASSWORD'],
    ['Abcdefghijk12\0', 'INVALID_CHARACTERS'],
    ['Abcdefghijk12\ud800', 'INVALID_CHARACTERS'],
  ])('is not %j: %s', (password, code) => {
    expect(checkPassword(password)?.code).toBe(code);
  });

  test.each(['Abcdefghijkl12', 'abcdefghijkl1!', 'ABCDEFGHIJKL1 ', 'Abcdefghijklm!', 'парольПАРОЛЬaA'])(
    'may be %j',
    (password) => {
      expect(checkPassword(password)).toBeUndefined();
    },
  );

  test('has at most 1,024 bytes in UTF-8', () => {
    expect(checkPassword(`aA1${'x'.repeat(1_021)}`)).toBeUndefined();
    expect(checkPassword(`aA1${'x'.repeat(1_022)}`)?.code).toBe('TOO_LONG');
    expect(checkPassword(`aA1${'ж'.repeat(511)}`)?.code).toBe('TOO_LONG');
  });

  test('is never repeated in what is said of it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 5, maxLength: 13, unit: anyCharacter }), (password) => {
        expect(JSON.stringify(checkPassword(password))).not.toContain(password);
      }),
    );
  });
});

describe('characters', () => {
  test('are code points', () => {
    expect(characterCount('a\u{1f321}\u0301')).toBe(3);
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => characterCount(text) === [...text].length),
    );
  });

  test('of free text are counted before they are checked', () => {
    expect(checkText('\0'.repeat(3), 2, 'f')?.code).toBe('TOO_LONG');
    expect(checkText('\0', 2, 'f')).toMatchObject({ code: 'INVALID_CHARACTERS', field: 'f' });
  });
});
