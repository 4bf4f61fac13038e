/** The file of an authorized key: clients in Go refuse one with any field that `yc iam key create` does not write. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedInstallation } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { iotcore } from './support/iotcore.ts';

const installation = sharedInstallation();

test('has the six fields that yc writes, a PKCS#8 key of 2,048 bits, and is for its owner alone', async () => {
  const { api, apiUrl, adminToken } = installation();
  const account = await api.must('POST', '/ext/v1/serviceAccounts', {
    folderId: 'key-files',
    name: 'deployer',
  });
  const serviceAccountId: string = account.response.id;
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-cli-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'key.json');
  const env = { IOTCORE_ENDPOINT: apiUrl, IOTCORE_TOKEN: adminToken };
  const line = [
    'service-account',
    'key',
    'create',
    '--service-account-id',
    serviceAccountId,
    '--output',
    path,
  ];
  expect(await iotcore(line, { env })).toMatchObject({ status: 0 });

  const file = JSON.parse(await readFile(path, 'utf8'));
  expect(file).toEqual({
    id: expect.any(String),
    service_account_id: serviceAccountId,
    created_at: expect.stringMatching(/^20\d\d-.*Z$/),
    key_algorithm: 'RSA_2048',
    public_key: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----\n/),
    private_key: expect.stringMatching(/^-----BEGIN PRIVATE KEY-----\n/),
  });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const key = createPrivateKey(file.private_key);
  expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048);
  expect(createPublicKey(key).export({ type: 'spki', format: 'pem' })).toBe(file.public_key);
});
