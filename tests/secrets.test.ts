/**
 * What people read holds no secret. Every installation that a test starts is searched at its end for the secrets that the
 * harness knows of; here is shown that this finds something, and one installation sees every kind of them.
 */
import { generateKeyPairSync } from 'node:crypto';
import {
  connectMqtt,
  eventually,
  findLeaks,
  knownSecrets,
  makeCertificate,
  makePassword,
  notePrivateKey,
  refusalOf,
  sharedInstallation,
} from '@iotcore/testkit';
import { expect, test } from 'vitest';

const installation = sharedInstallation({ sample: true });

test('the search finds a word that does stand in logs, audit events, operations, connection logs and error bodies', async () => {
  const { api, overTls } = installation();
  const password = makePassword();
  const registry = await api.createRegistry({ password });
  const events = await api.must('GET', `/ext/v1/auditEvents?resourceId=${registry.id}`);
  const caller = events.auditEvents[0].callerId as string;
  const clientId = 'a-conspicuous-client';
  const session = await connectMqtt({ ...overTls, username: registry.id, password, clientId });
  await session.end();
  await api.call('POST', '/iot-devices/v1/registries', { folderId: 'f', 'a-conspicuous-field': 1 });
  const path = `/ext/v1/registries/${registry.id}/logs`;
  await eventually('the line of the session', async () =>
    JSON.stringify(await api.must('GET', path)).includes(clientId),
  );
  const secrets = new Set([caller, clientId, 'a-conspicuous-field']);
  const leaks = await findLeaks(installation(), { secrets });
  const places = leaks.map((leak) => leak.split(':')[0]);
  expect(places).toEqual(
    expect.arrayContaining(['log of api', 'audit_events', 'operations', 'connection_log', 'error bodies']),
  );
});

test('passwords, keys, tokens and hashes are in none of them after each kind has been used, well and badly', async () => {
  const { api, overTls, overTcp } = installation();
  const password = makePassword();
  const registry = await api.createRegistry({ password });
  const device = await api.createDevice(registry.id, { password: makePassword() });
  const certificate = await makeCertificate();
  await api.addCertificate({ deviceId: device.id }, certificate.certPem);
  await connectMqtt({ ...overTls, certificate });
  for (const reach of [overTls, overTcp]) {
    await connectMqtt({ ...reach, username: registry.id, password });
    await refusalOf({ ...reach, username: registry.id, password: makePassword() });
    await refusalOf({ ...reach, username: password, password: makePassword() });
  }
  await api.call('POST', `/iot-devices/v1/registries/${registry.id}/passwords`, { password: 'short', x: 1 });

  const accounts = '/ext/v1/serviceAccounts';
  const { response: account } = await api.must('POST', accounts, { folderId: 'secrets', name: 'account' });
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  notePrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  await api.must('POST', `${accounts}/${account.id}/authorizedKeys`, { publicKey: publicPem });
  const { secret } = await api.must('POST', `${accounts}/${account.id}/apiKeys`, {});
  const authorizations = [`Api-Key ${secret}`, `Api-Key ${secret}x`, `Bearer ${secret}`, secret];
  for (const authorization of authorizations)
    await api.call('GET', `/iot-devices/v1/registries/${registry.id}?token=${secret}`, undefined, {
      token: null,
      headers: { authorization },
    });
  await api.call('POST', '/iam/v1/tokens', { jwt: `${installation().adminToken}x` });
  await api.call('GET', '/', undefined, { token: `${installation().adminToken}y` });

  await installation().readMetrics();
  expect(await findLeaks(installation())).toEqual([]);
  const known = [...knownSecrets()];
  for (const kind of [/^Aa1-/, /^\$argon2id/, /^t1\.ey[\w.-]+$/, /^[0-9a-f]{64}$/, /^Sample1-/])
    expect(known).toContainEqual(expect.stringMatching(kind));
});
