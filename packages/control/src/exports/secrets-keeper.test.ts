import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { KeySet } from '../auth/installation-keys.ts';
import { newSigningSecret, SecretsKeeper } from './secrets-keeper.ts';

const secrets = { signingSecret: newSigningSecret(), target: { 'nats.token': 'a token' } };

/** A keeper with one key, by which it seals and opens. */
function keeperOf(kid: string): SecretsKeeper {
  const seed = randomBytes(32);
  const keys = { sealing: { kid, seed }, seedOf: (asked: string) => (asked === kid ? seed : undefined) };
  return new SecretsKeeper(() => keys as KeySet);
}

test('what is sealed for an export opens for that one', () => {
  const keeper = keeperOf('one');
  expect(keeper.unseal('e', keeper.seal('e', secrets))).toEqual(secrets);
});

test.each([
  ['whose key is gone', keeperOf('other'), 'e'],
  ['that are those of another export', undefined, 'another'],
])('secrets %s are told as what somebody must see to, without a word of them', (_, opener, exportId) => {
  const keeper = keeperOf('one');
  const sealed = keeper.seal('e', secrets);
  expect(() => (opener ?? keeper).unseal(exportId, sealed)).toThrow(
    expect.objectContaining({
      status: 'FAILED_PRECONDITION',
      message: expect.stringMatching(/Delete it and create it again\.$/),
    }),
  );
});
