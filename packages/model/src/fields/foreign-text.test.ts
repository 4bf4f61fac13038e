import { expect, test } from 'vitest';
import { cutText, unprintable } from './foreign-text.ts';

test.each<[string, string, string]>([
  ['that fits', 'four', 'four'],
  ['that is longer', 'fifth', 'fif…'],
  ['whose cut goes through a surrogate pair', 'ab🙂cd', 'ab\uFFFD…'],
  ['with NUL', 'a\0b', 'a\uFFFDb'],
  ['with a lone surrogate', 'a\ud83d', 'a\uFFFD'],
])('a text %s is cut to four characters that Postgres takes', (_, text, cut) => {
  expect(cutText(text, 4)).toBe(cut);
});

test('what prints as itself is printable, in any script', () => {
  expect('теплица 温室 é 🌱 "\\u{1b}"'.replaceAll(unprintable, '?')).toBe('теплица 温室 é 🌱 "\\u{1b}"');
  expect('\u001b\u009b\u202e\u2066\u200b\r\u007f\u{e0041}\ufeff\ud83d'.replaceAll(unprintable, '')).toBe('');
});
