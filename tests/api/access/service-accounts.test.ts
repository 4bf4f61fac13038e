import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { eventually } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import {
  accountWithKey,
  audience,
  type JwtOptions,
  makeJwt,
  privateKey,
  publicPem,
} from '../support/account-jwt.ts';
import { createAccount } from '../support/accounts.ts';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const accounts = '/ext/v1/serviceAccounts';
const nobody = 'are00000000000000000';
const exchange = (jwt: string) => installation().api.call('POST', '/iam/v1/tokens', { jwt }, { token: null });

describe('the exchange of a JWT for a token', () => {
  test('gives a token that calls as the account', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const account = await accountWithKey(api, { folderId, role: 'editor' });
    const { body, status } = await exchange(makeJwt(account));
    expect(status).toBe(200);
    expect(Date.parse(body.expiresAt)).toBeGreaterThan(Date.now() + 11 * 3_600_000);
    const created = await api.call(
      'POST',
      '/iot-devices/v1/registries',
      { folderId },
      { token: body.iamToken },
    );
    expect(created.body).toMatchObject({ done: true, createdBy: account.id });
  });

  const now = Math.floor(Date.now() / 1000);
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  test.each<[string, JwtOptions]>([
    ['signed with another key', { key: other }],
    ['signed by PKCS #1 v1.5', { header: { alg: 'RS256' }, pkcs1: true }],
    ['of algorithm none', { header: { alg: 'none' } }],
    ['without a kid', { header: { kid: undefined } }],
    ['with an unknown kid', { header: { kid: nobody } }],
    ['of an unknown account', { claims: { iss: nobody } }],
    ['without an account', { claims: { iss: undefined } }],
    ['for another audience', { claims: { aud: 'https://example.com' } }],
    ['without an audience', { claims: { aud: undefined } }],
    ['without an end', { claims: { exp: undefined } }],
    ['without a beginning', { claims: { iat: undefined } }],
    ['that is over', { claims: { iat: now - 7200, exp: now - 3600 } }],
    ['that begins in the future', { claims: { iat: now + 1800, exp: now + 3600 } }],
    ['that lives longer than an hour', { claims: { exp: now + 3700 } }],
  ])('refuses a JWT %s', async (_, options) => {
    const account = await accountWithKey(installation().api);
    expectRefusal(await exchange(makeJwt(account, options)), 'UNAUTHENTICATED');
  });

  test('refuses what is no JWT, and a body that is none', async () => {
    const { api } = installation();
    for (const jwt of ['', 'a', 'a.b.c', '..']) expectRefusal(await exchange(jwt), 'UNAUTHENTICATED');
    expectViolations(await api.call('POST', '/iam/v1/tokens', {}, { token: null }), 'jwt');
    expectViolations(await exchange('x'.repeat(8193)), 'jwt');
  });

  test.each<[string, object]>([
    ['whose audience is a list', { aud: [audience] }],
    ['of the Python SDK, whose audience is this server', { aud: 'https://iam.localhost:8443/iam/v1/tokens' }],
    ['that lives for just an hour and begins half a second ahead', { iat: now + 0.5, exp: now + 3600.5 }],
  ])('takes a JWT %s', async (_, claims) => {
    const account = await accountWithKey(installation().api);
    const { status, body } = await exchange(makeJwt(account, { claims }));
    expect([status, body.iamToken]).toEqual([200, expect.stringMatching(/^t1\.[\w-]+\.[\w-]{86}$/)]);
  });

  test('refuses the key of one account for another', async () => {
    const { api } = installation();
    const [one, other] = [await accountWithKey(api), await accountWithKey(api)];
    expectRefusal(await exchange(makeJwt({ id: one.id, keyId: other.keyId })), 'UNAUTHENTICATED');
  });
});

describe('in place of an OAuth token', () => {
  const exchangeSecret = (yandexPassportOauthToken: string) =>
    installation().api.call('POST', '/iam/v1/tokens', { yandexPassportOauthToken }, { token: null });

  test.each(['', 'x', 't1.e30.AAAA', 'iotcore_x', 'x'.repeat(4000)])('%j is refused', async (secret) => {
    expectRefusal(await exchangeSecret(secret), 'UNAUTHENTICATED');
  });

  test('one of Yandex is refused with what to use instead', async () => {
    for (const token of ['y0_AgAAAAAexample', 'AQAAAAAexample']) {
      const { body } = await exchangeSecret(token);
      expect(body).toMatchObject({ code: 16, message: expect.stringContaining('Use the admin token') });
    }
  });

  test('both fields, and more than 4,000 characters, are refused', async () => {
    const both = { jwt: 'a', yandexPassportOauthToken: 'b' };
    const { api } = installation();
    expectViolations(await api.call('POST', '/iam/v1/tokens', both, { token: null }), 'jwt');
    expectViolations(await exchangeSecret('x'.repeat(4001)), 'yandexPassportOauthToken');
  });

  test('the admin token gives a token of 12 hours, and that one no more than its own time', async () => {
    const first = await exchangeSecret(installation().adminToken);
    expect(first.status).toBe(200);
    expect(Date.parse(first.body.expiresAt)).toBeLessThan(Date.now() + 12.01 * 3_600_000);
    const second = await exchangeSecret(first.body.iamToken);
    expect(second.body.expiresAt).toBe(first.body.expiresAt);
  });

  test('an API key gives a token that ends with the key', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const account = await createAccount(api, { folderId, role: 'viewer' });
    const made = await api.must('POST', `${accounts}/${account.id}/apiKeys`, {});
    const { body } = await exchangeSecret(made.secret);
    const path = `/iot-devices/v1/registries?folderId=${folderId}`;
    const list = () => api.call('GET', path, undefined, { token: body.iamToken });
    expect((await list()).status).toBe(200);
    await api.must('DELETE', `${accounts}/${account.id}/apiKeys/${made.apiKey.id}`);
    await eventually('401', async () => (await list()).status === 401);
  });
});

describe('what is taken away ends within a second', () => {
  const list = (folderId: string) => `/iot-devices/v1/registries?folderId=${folderId}`;

  test('a role', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const account = await createAccount(api, { folderId, role: 'viewer' });
    expect((await account.call('GET', list(folderId))).status).toBe(200);
    const path = `${accounts}/${account.id}/roleBindings`;
    const [binding] = (await api.must('GET', path)).roleBindings;
    await api.must('DELETE', `${path}/${binding.id}`);
    await eventually('403', async () => (await account.call('GET', list(folderId))).status === 403);
  });

  test('an API key', async () => {
    const { api } = installation();
    const account = await createAccount(api);
    expect((await account.call('GET', list('f'))).status).toBe(403);
    const path = `${accounts}/${account.id}/apiKeys`;
    const [key] = (await api.must('GET', path)).apiKeys;
    await api.must('DELETE', `${path}/${key.id}`);
    await eventually('401', async () => (await account.call('GET', list('f'))).status === 401);
  });

  test('an authorized key, with the tokens that were exchanged for it', async () => {
    const { api } = installation();
    const account = await accountWithKey(api);
    const token = (await exchange(makeJwt(account))).body.iamToken;
    expect((await api.call('GET', list('f'), undefined, { token })).status).toBe(403);
    await api.must('DELETE', `${accounts}/${account.id}/authorizedKeys/${account.keyId}`);
    await eventually(
      '401',
      async () => (await api.call('GET', list('f'), undefined, { token })).status === 401,
    );
    expectRefusal(await exchange(makeJwt(account)), 'UNAUTHENTICATED');
  });

  test('an account, with all its keys', async () => {
    const { api } = installation();
    const account = await createAccount(api);
    expect((await account.call('GET', list('f'))).status).toBe(403);
    await api.must('DELETE', `${accounts}/${account.id}`);
    await eventually('401', async () => (await account.call('GET', list('f'))).status === 401);
    expectRefusal(await api.call('GET', `${accounts}/${account.id}`), 'NOT_FOUND');
  });
});

describe('keys', () => {
  test('that are over do not work', async () => {
    const { api } = installation();
    const account = await createAccount(api);
    const expiresAt = '2020-01-01T00:00:00Z';
    const { secret } = await api.must('POST', `${accounts}/${account.id}/apiKeys`, { expiresAt });
    const headers = { authorization: `Api-Key ${secret}` };
    const answer = await api.call('GET', accounts, undefined, { token: null, headers });
    expectRefusal(answer, 'UNAUTHENTICATED');
    const key = await api.must('POST', `${accounts}/${account.id}/authorizedKeys`, {
      publicKey: publicPem,
      expiresAt,
    });
    expectRefusal(await exchange(makeJwt({ id: account.id, keyId: key.response.id })), 'UNAUTHENTICATED');
  });

  test('show their secret once', async () => {
    const { api } = installation();
    const { id } = await createAccount(api);
    const path = `${accounts}/${id}/apiKeys`;
    const headers = { 'idempotency-key': randomUUID() };
    const first = (await api.call('POST', path, { description: 'x' }, { headers })).body;
    expect(first.secret).toMatch(/^iotcore_[\w-]{43}$/);
    const again = (await api.call('POST', path, { description: 'x' }, { headers })).body;
    expect(again).toEqual({ apiKey: first.apiKey });
    const everything = JSON.stringify([
      await api.must('GET', path),
      await api.must('GET', `/ext/v1/auditEvents?resourceId=${id}`),
      installation().logs(),
    ]);
    expect(everything).not.toContain(first.secret);
  });

  test.each([
    ['a private key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    [
      'an elliptic curve',
      generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    ],
    ['a short RSA key', shortKey()],
    ['words', 'abc'],
  ])('that are %s are refused as authorized keys', async (_, key) => {
    const { api } = installation();
    const { id } = await createAccount(api);
    expectViolations(
      await api.call('POST', `${accounts}/${id}/authorizedKeys`, { publicKey: key }),
      'publicKey',
    );
  });

  test('of one account cannot be deleted through another', async () => {
    const { api } = installation();
    const [one, other] = [await accountWithKey(api), await createAccount(api)];
    for (const kind of ['authorizedKeys', 'apiKeys', 'roleBindings']) {
      expectRefusal(await api.call('DELETE', `${accounts}/${other.id}/${kind}/${one.keyId}`), 'NOT_FOUND');
    }
    expect((await api.must('GET', `${accounts}/${one.id}/authorizedKeys`)).authorizedKeys).toHaveLength(1);
  });
});

describe('nobody rises by himself', () => {
  test('the admin of a folder gives no role on another folder, nor on all', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const admin = await createAccount(api, { folderId, role: 'admin' });
    const created = await admin.call('POST', accounts, { folderId, name: 'helper' });
    const path = `${accounts}/${created.body.response.id}/roleBindings`;
    for (const target of [newFolder(), '*']) {
      expectRefusal(
        await admin.call('POST', path, { folderId: target, role: 'viewer' }),
        'PERMISSION_DENIED',
      );
    }
    expect((await admin.call('POST', path, { folderId, role: 'viewer' })).status).toBe(200);
    expectRefusal(await admin.call('POST', path, { folderId, role: 'viewer' }), 'ALREADY_EXISTS');
    expectViolations(await admin.call('POST', path, { folderId, role: 'owner' }), 'role');
  });

  test('the account of the installation’s admin is out of reach', async () => {
    const { api } = installation();
    const admin = await createAccount(api, { folderId: 'system', role: 'admin' });
    const [event] = (await api.must('GET', '/ext/v1/auditEvents?pageSize=1')).auditEvents;
    const path = `${accounts}/${event.callerId}`;
    expect((await api.must('GET', path)).name).toBe('admin');
    expectRefusal(await admin.call('GET', path), 'NOT_FOUND');
    expectRefusal(await admin.call('POST', `${path}/apiKeys`, {}), 'NOT_FOUND');
    expectRefusal(await admin.call('DELETE', path), 'NOT_FOUND');
  });
});

test('accounts are created, listed and found; names are unique in a folder', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const { response, metadata } = await api.must('POST', accounts, {
    folderId,
    name: 'one',
    description: 'd',
  });
  expect(metadata).toMatchObject({ serviceAccountId: response.id });
  expectRefusal(await api.call('POST', accounts, { folderId, name: 'one' }), 'ALREADY_EXISTS');
  expectViolations(await api.call('POST', accounts, { folderId, name: '' }), 'name');
  const { '@type': _, ...account } = response;
  expect(await api.must('GET', `${accounts}/${account.id}`)).toEqual(account);
  expect(await api.must('GET', `${accounts}?folderId=${folderId}`)).toEqual({ serviceAccounts: [account] });
});

function shortKey(): string {
  return generateKeyPairSync('rsa', { modulusLength: 1024 })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString();
}
