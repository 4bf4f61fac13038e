import { describe, expect, test } from 'vitest';
import { withoutSecrets } from './without-secrets.ts';

const password = 'Pa"ss\\word+/0123456789';
const secrets = {
  signingSecret: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
  target: {
    'webhook.auth.basic.password': password,
    'webhook.auth.bearer.token': 'token-0123',
    'webhook.headers': JSON.stringify({ 'x-short': 'abc', 'x-longer': 'token-0123-and-more' }),
  },
};
const shown = (text: string, most = 1000) => withoutSecrets(text, secrets, most);

describe('of what a receiver says back nothing is left of a secret', () => {
  const inJson = JSON.stringify(password);
  test.each<[string, string, string]>([
    ['as it is', `password ${password}!`, 'password (secret)!'],
    ['in JSON', `{"password":${inJson}}`, '{"password":"(secret)"}'],
    ['in JSON within JSON', JSON.stringify(inJson), '"\\"(secret)\\""'],
    ['in a URL', `?p=${encodeURIComponent(password)}&x`, '?p=(secret)&x'],
    ['that begins like another', 'x-longer: token-0123-and-more', 'x-longer: (secret)'],
    ['of a signature', `key ${secrets.signingSecret}`, 'key (secret)'],
  ])('%s', (_, text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  test.each(['', 'u', 'us', 'user:', '\0user\0'])('in base64, after %j', (before) => {
    for (const encoding of ['base64', 'base64url'] as const) {
      const text = shown(Buffer.from(`${before}${password}`).toString(encoding));
      expect(text).toContain('(secret)');
      // What stands beside it shares a character with it at most.
      expect(Buffer.from(text.replace('(secret)', ''), 'base64').toString()).not.toMatch(/word|2345/);
    }
  });

  test('that is cut off at the end of what is read', () => {
    for (let length = 4; length < password.length; length += 1)
      expect(shown(`${password} ${password.slice(0, length)}`)).toBe('(secret) (secret)');
  });
});

test('other words are shown, also those that are as short as a secret that is no secret', () => {
  expect(shown('abc was refused: no such column')).toBe('abc was refused: no such column');
  expect(shown('', 10)).toBe('');
});

test('no more is shown than was asked for', () => {
  expect(shown('x'.repeat(50), 10)).toHaveLength(10);
});

test('what a receiver says is cut so that a database takes it: no half of a surrogate pair, no control character', () => {
  const told = shown(`a\u0000${'\u{1f600}'.repeat(10)}`, 5);
  expect(told).toHaveLength(5);
  expect(told.isWellFormed()).toBe(true);
  expect(JSON.stringify(told)).not.toContain('\\u');
});
