/** A token that leaked is made worthless by its owner: all tokens of the account end, and a new one is issued. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, sharedInstallation } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { iotcore } from '../../cli/support/iotcore.ts';
import { createAccount } from '../support/accounts.ts';
import { newFolder } from '../support/folders.ts';

const installation = sharedInstallation();
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

/** An account with a token that an API key was exchanged for, and calls with any token. */
async function setUp() {
  const { api } = installation();
  const folderId = newFolder();
  const account = await createAccount(api, { folderId, role: 'viewer' });
  const renew = await account.call('POST', '/ext/v1/accessToken:renew', { expiresAt: inDays(1) });
  const list = async (token: string) =>
    (await api.call('GET', `/iot-devices/v1/registries?folderId=${folderId}`, undefined, { token })).status;
  return { api, account, token: renew.body.iamToken as string, list };
}

describe('renewing an access token', () => {
  test('gives a new one and ends every other of the account, those of other accounts not', async () => {
    const { api, token, list, account } = await setUp();
    const other = await setUp();
    await eventually('the token', async () => (await list(token)) === 200);
    const renewed = await api.call('POST', '/ext/v1/accessToken:renew', { expiresAt: inDays(30) }, { token });
    expect(renewed.status).toBe(200);
    await eventually('the end of the old', async () => (await list(token)) === 401);
    expect(await list(renewed.body.iamToken)).toBe(200);
    expect(await other.list(other.token)).toBe(200);
    // Its API key is another secret.
    expect((await account.call('GET', '/ext/v1/serviceAccounts/none')).status).not.toBe(401);
    expect(
      JSON.stringify(await api.must('GET', '/ext/v1/auditEvents?eventType=iam.RenewAccessToken')),
    ).not.toContain(renewed.body.iamToken);
  });

  test('gives one that does not outlive the key that the caller has', async () => {
    const { api, account, token, list } = await setUp();
    await eventually('the token', async () => (await list(token)) === 200);
    const renewed = await api.call('POST', '/ext/v1/accessToken:renew', { expiresAt: inDays(30) }, { token });
    await eventually('the new token', async () => (await list(renewed.body.iamToken)) === 200);
    const keys = `/ext/v1/serviceAccounts/${account.id}/apiKeys`;
    const { apiKeys } = await api.must('GET', keys);
    for (const { id } of apiKeys) await api.must('DELETE', `${keys}/${id}`);
    await eventually('its end', async () => (await list(renewed.body.iamToken)) === 401);
  });

  test('gives one that ends no later than a token that was exchanged, however often it is exchanged or renewed', async () => {
    const { api, token, list } = await setUp();
    const exchange = async (secret: string) =>
      api.must('POST', '/iam/v1/tokens', { yandexPassportOauthToken: secret });
    const first = await exchange(token);
    const renew = async (by: string) =>
      (await api.call('POST', '/ext/v1/accessToken:renew', { expiresAt: inDays(300) }, { token: by })).body;
    const renewed = await renew(first.iamToken);
    expect(renewed.expiresAt).toBe(first.expiresAt);
    const again = await renew((await exchange(renewed.iamToken)).iamToken);
    expect(Date.parse(again.expiresAt)).toBeLessThanOrEqual(Date.parse(first.expiresAt));
    await eventually('the newest token', async () => (await list(again.iamToken)) === 200);
  });

  test('leaves a token alone that is issued right after', async () => {
    const { api, account, list } = await setUp();
    const { secret } = await api.must('POST', `/ext/v1/serviceAccounts/${account.id}/apiKeys`, {});
    const renew = () => account.call('POST', '/ext/v1/accessToken:renew', { expiresAt: inDays(1) });
    await renew();
    const { body: ended } = await renew();
    await renew();
    const { iamToken } = await api.must('POST', '/iam/v1/tokens', { yandexPassportOauthToken: secret });
    await eventually('the end of the token before', async () => (await list(ended.iamToken)) === 401);
    expect(await list(iamToken)).toBe(200);
  });

  test.each([{}, { expiresAt: '2020-01-01T00:00:00Z' }, { expiresAt: '2999-01-01T00:00:00Z' }])(
    'refuses %j, and ends nothing',
    async (body) => {
      const { api, token, list } = await setUp();
      const refused = await api.call('POST', '/ext/v1/accessToken:renew', body, { token });
      expect(refused.body.code).toBe(3);
      expect(await list(token)).toBe(200);
    },
  );

  test('by `iotcore token rotate` prints a token that was given, and writes none anywhere', async () => {
    const { token, list } = await setUp();
    const folder = mkdtempSync(join(tmpdir(), 'iotcore-token-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const env = { IOTCORE_ENDPOINT: installation().apiUrl, IOTCORE_TOKEN: token, IOTCORE_DATA_DIR: folder };
    const rotated = await iotcore(['token', 'rotate', '--expires', '7d', '--format', 'json'], { env });
    expect(rotated.status, rotated.stderr).toBe(0);
    await eventually('the end of the old', async () => (await list(token)) === 401);
    expect(await list(JSON.parse(rotated.stdout).iam_token)).toBe(200);
    expect(() => readFileSync(join(folder, 'admin.token'))).toThrow();
  });
});
