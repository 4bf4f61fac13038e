import { expect, test } from 'vitest';
import { createAccount } from '../support/accounts.ts';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { newFixture } from '../support/operation-rows.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();

test('the processes are shown to whoever may view every folder, each ready and of this version', async () => {
  const { api } = installation();
  const { nodes } = await api.must('GET', '/ext/v1/nodes');
  const { version } = await api.must('GET', '/ext/v1/installation');
  for (const kind of ['API', 'MQTT'])
    expect(nodes).toContainEqual(expect.objectContaining({ kind, version, ready: true }));
});

test('a full view has the settings that hold in each process, and no secret', async () => {
  const { api, databaseUrl } = installation();
  const { nodes } = await api.must('GET', '/ext/v1/nodes?nodeView=FULL');
  const ready = nodes.filter((one: { ready: boolean }) => one.ready);
  for (const { settings } of ready) {
    expect(settings).toMatchObject({ IOT_AUDIT_DAYS: '365', IOT_API_HOST: '127.0.0.1' });
    expect(settings).not.toHaveProperty('DATABASE_URL');
    expect(JSON.stringify(settings)).not.toContain(databaseUrl);
  }
  const basic = await api.must('GET', '/ext/v1/nodes');
  expect(basic.nodes.filter((one: object) => 'settings' in one)).toEqual([]);
  expectViolations(await api.call('GET', '/ext/v1/nodes?nodeView=ALL'), 'nodeView');
});

test('whoever may call is told how clients connect: addresses, names and authority of the certificate, limits', async () => {
  const { api, caPem, overTcp, overTls } = installation();
  const { folderId } = await newFixture(api);
  const account = await createAccount(api, { folderId, role: 'viewer' });
  const { body } = await account.call('GET', '/ext/v1/installation');
  expect(body).toMatchObject({
    listeners: {
      mqtt: expect.stringMatching(new RegExp(`:${overTcp.port}$`)),
      mqtts: expect.stringMatching(new RegExp(`:${overTls.port}$`)),
    },
    limits: { payloadBytes: 262_144 },
  });
  expect(body.caCertificate.trim()).toBe(caPem.trim());
});

test('metrics are refused for what is not there, for other folders, and for more points than there may be', async () => {
  const { api } = installation();
  const [own, foreign] = [await newFixture(api), await newFixture(api)];
  const account = await createAccount(api, { folderId: own.folderId, role: 'viewer' });
  const read = (query: Record<string, string>) =>
    account.call('GET', `/ext/v1/metrics?${new URLSearchParams(query)}`);
  expectViolations(await read({ scope: 'REGISTRY' }), 'id');
  expectViolations(await read({ scope: 'INSTALLATION', id: own.registryId }), 'id');
  expectViolations(await read({ scope: 'REGISTRY', id: own.registryId, step: '15' }), 'step');
  expectViolations(
    await read({ scope: 'REGISTRY', id: own.registryId, step: '10', from: '2020-01-01T00:00:00Z' }),
    'step',
  );
  expectRefusal(await read({ scope: 'REGISTRY', id: foreign.registryId }), 'NOT_FOUND');
  expectRefusal(await read({ scope: 'BROKER', id: own.registryId }), 'NOT_FOUND');
  expectRefusal(await read({ scope: 'INSTALLATION' }), 'PERMISSION_DENIED');
  expectRefusal(
    await api.call('GET', `/ext/v1/metrics?${new URLSearchParams({ scope: 'NODE', id: own.registryId })}`),
    'NOT_FOUND',
  );
  expect((await read({ scope: 'REGISTRY', id: own.registryId })).body).toEqual({ points: [] });
});
