import { describe, expect, test } from 'vitest';
import { placesWith } from './find-leaks.ts';
import { knownSecrets, notePrivateKey, noteSecret, noteSecretsIn } from './known-secrets.ts';

const secrets = new Set(['Secret-Number-One', 'Secret-Number-Two', 'another-secret']);

describe('a secret', () => {
  test.each([
    ['alone', 'Secret-Number-Two'],
    ['in the middle', '{"msg":"password is Secret-Number-Two."}'],
    ['at the end', `${'x'.repeat(100_000)}another-secret`],
  ])('is found %s', (_, text) => {
    expect(placesWith([{ name: 'log', text }], secrets)).toEqual([expect.stringMatching(/^log: .{6}…$/)]);
  });

  test('is not found in part, nor where there is none', () => {
    const places = ['', 'short', 'Secret-Number-T', 'Secret-Number-Three', 'secret-number-two'];
    expect(
      placesWith(
        places.map((text, index) => ({ name: String(index), text })),
        secrets,
      ),
    ).toEqual([]);
  });

  test('is noted from requests, answers and keys, unless it is so short that it may be any word', () => {
    noteSecret('short');
    noteSecretsIn({ password: 'A-Long-Password-1', name: 'no-secret-at-all', secret: undefined });
    notePrivateKey(
      '-----BEGIN PRIVATE KEY-----\nfirst-line-of-it\nsecond-line-of-it\nthird-line-of-it\n-----END-----\n',
    );
    expect([...knownSecrets()]).toEqual(['A-Long-Password-1', 'second-line-of-it']);
  });
});
