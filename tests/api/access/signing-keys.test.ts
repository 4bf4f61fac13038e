/** The installation's keys change while the API runs: it follows, as the MQTT server does. */
import { generateKeyPairSync } from 'node:crypto';
import { openDatabase } from '@iotcore/store';
import { eventually, sharedInstallation } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { accountWithKey, makeJwt } from '../support/account-jwt.ts';
import { createAccount } from '../support/accounts.ts';
import { expectRefusal } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';

const installation = sharedInstallation();
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

test('the tokens of a key that is removed are refused, and another key signs', async () => {
  const { api, adminToken, databaseUrl } = installation();
  const { pool, close } = openDatabase(databaseUrl, { logger: quiet, poolSize: 1 });
  onTestFinished(close);
  const keys = await pool.query('SELECT kid, jwk FROM signing_keys');
  const folderId = newFolder();
  const role = { folderId, role: 'viewer' };
  const viewer = await createAccount(api, role);
  const account = await accountWithKey(api, role);
  const exchange = async () => {
    const answer = await api.call('POST', '/iam/v1/tokens', { jwt: makeJwt(account) }, { token: null });
    return answer.body.iamToken as string;
  };
  const list = (token: string) =>
    api.call('GET', `/iot-devices/v1/registries?folderId=${folderId}`, undefined, { token });

  // Tests of other files need those that sign the administrator's token.
  onTestFinished(async () => {
    for (const { kid, jwk } of keys.rows)
      await pool.query('INSERT INTO signing_keys (kid, jwk) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
        kid,
        jwk,
      ]);
    await pool.query(`DELETE FROM signing_keys WHERE kid = 'the newer key'`);
    await eventually('the older keys to be back', async () => (await list(adminToken)).status === 200);
  });
  const before = await exchange();
  const { privateKey } = generateKeyPairSync('ed25519');
  await pool.query('INSERT INTO signing_keys (kid, jwk) VALUES ($1, $2)', [
    'the newer key',
    JSON.stringify(privateKey.export({ format: 'jwk' })),
  ]);
  expect([(await list(before)).status, (await list(adminToken)).status]).toEqual([200, 200]);
  await pool.query(`DELETE FROM signing_keys WHERE kid <> 'the newer key'`);

  await eventually('the end of the older key', async () => (await list(before)).status === 401);
  expectRefusal(await list(adminToken), 'UNAUTHENTICATED');
  expect((await list(await exchange())).status).toBe(200);
  const path = `/iot-devices/v1/registries?folderId=${folderId}`;
  expect((await viewer.call('GET', path)).status).toBe(200);
});
