import { expect, test } from 'vitest';
import { withoutSecrets } from './without-secrets.ts';

const secrets = { signingSecret: 'whsec_abcdef', target: { 'webhook.auth.bearer.token': 'hidden-token' } };

test('what a receiver says back holds none of its secrets', () => {
  expect(withoutSecrets('Bearer hidden-token, whsec_abcdef', secrets, 100)).toBe('Bearer (secret), (secret)');
});

test('what a receiver says is cut so that a database takes it: no half of a surrogate pair, no control character', () => {
  const shown = withoutSecrets(`a\u0000${'\u{1f600}'.repeat(10)}`, secrets, 5);
  expect(shown).toHaveLength(5);
  expect(shown.isWellFormed()).toBe(true);
  expect(JSON.stringify(shown)).not.toContain('\\u');
});
