import { createSecretKey, webcrypto } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { AccessTokens } from './access-tokens.ts';
import { signToken } from './compact-token.ts';
import type { KeySet } from './installation-keys.ts';

async function newKeys(kid: string): Promise<KeySet> {
  const { privateKey, publicKey } = (await webcrypto.subtle.generateKey('Ed25519', true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  return {
    signing: { kid, privateKey },
    verification: new Map([[kid, publicKey]]),
    secretFor: () => createSecretKey(Buffer.alloc(32)),
    sealing: { kid, seed: Buffer.alloc(32) },
    seedOf: () => undefined,
  };
}

const keys = await newKeys('one');
const tokens = new AccessTokens({ current: async () => keys });
/** By the clock of a reader after its end. */
const afterwards = () => new Date((now + 601) * 1000);
const now = Math.floor(Date.now() / 1000);
const expiresAt = new Date((now + 600) * 1000);
const claims = { alg: 'EdDSA', kid: 'one', iss: 'iotcore', aud: 'api', sub: 'a', exp: now + 600 };
const sign = (other: object) => signToken({ ...claims, ...other }, keys.signing.privateKey);

describe('a token is refused', () => {
  test.each<[string, () => Promise<string>]>([
    ['of another installation', async () => signToken(claims, (await newKeys('one')).signing.privateKey)],
    ['of an unknown key', () => sign({ kid: 'two' })],
    ['without a key', () => sign({ kid: undefined })],
    ['of another algorithm', () => sign({ alg: 'none' })],
    ['for the data plane', () => sign({ aud: 'data-plane' })],
    ['for several audiences', () => sign({ aud: ['api'] })],
    ['of another issuer', () => sign({ iss: 'other' })],
    ['of nobody', () => sign({ sub: undefined })],
    ['without an end', () => sign({ exp: undefined })],
    ['whose end is text', () => sign({ exp: String(now + 600) })],
    ['that is over', () => sign({ exp: now - 1 })],
    ['that is none', async () => 't1.e30'],
    [
      'whose payload is no JSON',
      async () => `t1.${Buffer.from('{').toString('base64url')}.${'A'.repeat(86)}`,
    ],
    [
      'whose payload is null',
      async () => `t1.${Buffer.from('null').toString('base64url')}.${'A'.repeat(86)}`,
    ],
    ['of the data plane, as a JWT', () => tokens.issueForDataPlane()],
  ])('%s', async (_, make) => {
    expect(await tokens.read(await make())).toBeUndefined();
  });

  test('of which one character is another', async () => {
    const token = await tokens.issue({ accountId: 'a', expiresAt });
    for (let at = 0; at < token.length; at += 1) {
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      expect(await tokens.read(changed), `character ${at}`).toBeUndefined();
    }
  });
});

test('a token has the form of the old service, two dots and a signature of 86 characters', async () => {
  const token = await tokens.issue({ accountId: 'a', authorizedKeyId: 'k', expiresAt });
  expect(token).toMatch(/^t1\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}$/);
  expect(await tokens.read(token)).toEqual({
    ...{ accountId: 'a', authorizedKeyId: 'k', isExchanged: false, expiresAt },
    issuedAt: expect.any(Date),
  });
});

test('a token says for which API key it was exchanged', async () => {
  const token = await tokens.issue({ accountId: 'a', apiKeySha256: 'hash', expiresAt });
  expect(await tokens.read(token)).toMatchObject({ apiKeySha256: 'hash', authorizedKeyId: undefined });
});

test('a token of the earlier form, a JWT, is good until its end', async () => {
  const jwt = await new SignJWT({ akid: 'k' })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'one' })
    .setIssuer('iotcore')
    .setAudience('api')
    .setSubject('a')
    .setExpirationTime(expiresAt)
    .sign(keys.signing.privateKey);
  expect(await tokens.read(jwt)).toMatchObject({ accountId: 'a', authorizedKeyId: 'k', expiresAt });
  const late = new AccessTokens({ current: async () => keys }, afterwards);
  expect(await late.read(jwt)).toBeUndefined();
});

describe('a token that was read before', () => {
  test('is read again without its signature, and refused after its end', async () => {
    let clock = () => new Date();
    const remembering = new AccessTokens({ current: async () => keys }, () => clock());
    const token = await remembering.issue({ accountId: 'a', expiresAt });
    const first = await remembering.read(token);
    expect(await remembering.read(token)).toBe(first);
    clock = afterwards;
    expect(await remembering.read(token)).toBeUndefined();
  });

  test('is refused once its key is gone, and good again once the key is back', async () => {
    let current = keys;
    const remembering = new AccessTokens({ current: async () => current });
    const token = await remembering.issue({ accountId: 'a', expiresAt });
    expect(await remembering.read(token)).toBeDefined();
    current = await newKeys('two');
    expect(await remembering.read(token)).toBeUndefined();
    current = keys;
    expect(await remembering.read(token)).toBeDefined();
  });

  test('is not one that differs from it', async () => {
    const token = await tokens.issue({ accountId: 'a', expiresAt });
    await tokens.read(token);
    expect(await tokens.read(`${token} `)).toBeUndefined();
    expect(await tokens.read(token.toLowerCase())).toBeUndefined();
  });
});
