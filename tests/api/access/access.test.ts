import type { ApiClient } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { type Account, createAccount } from '../support/accounts.ts';
import { expectRefusal } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { callsAbout, kinds } from '../support/owners.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const registries = '/iot-devices/v1/registries';
const nobody = 'are00000000000000000';

const withRole = (api: ApiClient, role: string, folderId: string): Promise<Account> =>
  createAccount(api, { folderId, role });

describe('credentials', () => {
  const forged = [
    ['no header', undefined],
    ['an empty one', ''],
    ['a scheme unknown', 'Basic YTpi'],
    ['a token that is none', 'Bearer abc'],
    ['a token of alg none', `Bearer ${encode({ alg: 'none' })}.${encode({ sub: 'admin', exp: 9e9 })}.`],
    [
      'a token signed with a made-up key',
      `Bearer ${encode({ alg: 'HS256', kid: 'x' })}.${encode({ sub: 'a' })}.AAAA`,
    ],
    ['an API key that nobody has', `Api-Key iotcore_${'A'.repeat(43)}`],
    ['an API key that is none', 'Api-Key secret'],
    ['two tokens', 'Bearer a b'],
  ] as const;

  test.each(forged)('%s: is refused like any other', async (_, authorization) => {
    const { api } = installation();
    const headers = authorization === undefined ? {} : { authorization };
    const answer = await api.call('GET', `${registries}?folderId=f`, undefined, { token: null, headers });
    expectRefusal(answer, 'UNAUTHENTICATED');
    expect(answer.body.message).toBe(
      'No valid credentials: a token as `Authorization: Bearer`, or an API key as `Api-Key`.',
    );
    expect(answer.headers.get('www-authenticate')).toBe('Bearer, Api-Key');
  });

  test('a token whose signature is altered is refused', async () => {
    const { api, adminToken } = installation();
    const [head, body, signature = ''] = adminToken.split('.');
    const altered = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expectRefusal(
      await api.call('GET', `${registries}?folderId=f`, undefined, { token: altered }),
      'UNAUTHENTICATED',
    );
  });

  test('a token whose claims are altered is refused', async () => {
    const { api, adminToken } = installation();
    const [head, body = '', signature] = adminToken.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    for (const change of [{ aud: 'data-plane' }, { exp: claims.exp + 1 }, { sub: nobody }]) {
      const altered = `${head}.${encode({ ...claims, ...change })}.${signature}`;
      const answer = await api.call('GET', `${registries}?folderId=f`, undefined, { token: altered });
      expectRefusal(answer, 'UNAUTHENTICATED');
    }
  });
});

describe.each(kinds)('a %s', (_, create) => {
  test('of a folder without a role looks as if it did not exist, in every call', async () => {
    const { api } = installation();
    const [owner, stranger] = [
      await create(api),
      await createAccount(api, { folderId: newFolder(), role: 'admin' }),
    ];
    for (const [method, rest, body] of callsAbout) {
      const foreign = await stranger.call(method, owner.path + rest, body);
      const unknown = await stranger.call(method, owner.path.replace(owner.id, nobody) + rest, body);
      expectRefusal(foreign, 'NOT_FOUND');
      expect(foreign.body).toEqual(unknown.body);
    }
    expect((await api.call('GET', owner.path)).status).toBe(200);
  });

  test('may be looked at by a viewer, and not changed', async () => {
    const { api } = installation();
    const owner = await create(api);
    const viewer = await withRole(api, 'viewer', owner.folderId);
    for (const rest of ['', '/certificates', '/passwords', '/operations']) {
      expect((await viewer.call('GET', owner.path + rest)).status).toBe(200);
    }
    expect((await viewer.call('GET', `${owner.extensionPath}/logs`)).status).toBe(200);
    const password = { password: 'Correct-Horse-7-Battery' };
    expectRefusal(await viewer.call('PATCH', owner.path, { name: 'mine' }), 'PERMISSION_DENIED');
    expectRefusal(await viewer.call('DELETE', owner.path), 'PERMISSION_DENIED');
    expectRefusal(await viewer.call('POST', `${owner.path}/passwords`, password), 'PERMISSION_DENIED');
    expectRefusal(await viewer.call('POST', `${owner.path}/publish`, { topic: 't' }), 'PERMISSION_DENIED');
    expect((await api.must('GET', `${owner.path}/passwords`)).passwords).toEqual([]);
    expect(await api.must('GET', owner.path)).not.toHaveProperty('name');
  });

  test('may be changed by an editor', async () => {
    const { api } = installation();
    const owner = await create(api);
    const editor = await withRole(api, 'editor', owner.folderId);
    expect((await editor.call('PATCH', owner.path, { name: 'mine' })).status).toBe(200);
    const password = await editor.call('POST', `${owner.path}/passwords`, {
      password: 'Correct-Horse-7-Battery',
    });
    expect(password.body.createdBy).toBe(editor.id);
    expect((await editor.call('DELETE', owner.path)).status).toBe(200);
  });
});

test('a folder without a role is refused, whether it has anything or not', async () => {
  const { api } = installation();
  const [full, empty] = [newFolder(), newFolder()];
  const registry = await api.createRegistry({ folderId: full, name: 'one' });
  const stranger = await createAccount(api, { folderId: newFolder(), role: 'editor' });
  for (const folderId of [full, empty]) {
    for (const path of [
      `${registries}?folderId=${folderId}`,
      `${registries}:getByName?folderId=${folderId}&registryName=one`,
      `/iot-devices/v1/devices?folderId=${folderId}`,
      `/iot-broker/v1/brokers?folderId=${folderId}`,
      `/iot-broker/v1/brokers:getByName?folderId=${folderId}&brokerName=one`,
      `/ext/v1/serviceAccounts?folderId=${folderId}`,
      `/ext/v1/auditEvents?folderId=${folderId}`,
    ]) {
      expectRefusal(await stranger.call('GET', path), 'PERMISSION_DENIED');
    }
    expectRefusal(await stranger.call('POST', registries, { folderId }), 'PERMISSION_DENIED');
    expectRefusal(await stranger.call('POST', '/iot-broker/v1/brokers', { folderId }), 'PERMISSION_DENIED');
  }
  for (const path of [
    `/iot-devices/v1/devices?registryId=${registry.id}`,
    `/iot-devices/v1/devices:getByName?registryId=${registry.id}&deviceName=x`,
    `${registries}/${registry.id}:listDeviceTopicAliases`,
  ]) {
    expectRefusal(await stranger.call('GET', path), 'NOT_FOUND');
  }
  expectRefusal(
    await stranger.call('POST', '/iot-devices/v1/devices', { registryId: registry.id }),
    'NOT_FOUND',
  );
});

test('an operation of a folder without a role looks as if it did not exist', async () => {
  const { api } = installation();
  const operation = await api.must('POST', registries, { folderId: newFolder() });
  const stranger = await createAccount(api);
  expectRefusal(await stranger.call('GET', `/operations/${operation.id}`), 'NOT_FOUND');
  expectRefusal(await stranger.call('GET', `/operations/${operation.id}:cancel`), 'NOT_FOUND');
});

describe('the narrow roles', () => {
  test.each([
    ['iot.devices.writer', 'device'],
    ['iot.registries.writer', 'registry'],
  ])('%s publishes as a %s and does nothing else', async (role, kind) => {
    const { api } = installation();
    const folderId = newFolder();
    const owners = await Promise.all(
      kinds.map(async ([name, create]) => ({ name, ...(await create(api, folderId)) })),
    );
    const writer = await withRole(api, role, folderId);
    for (const owner of owners) {
      const leaf = owner.name === 'registry' ? 'commands' : 'events';
      const topic = `$${owner.path.split('/').slice(-2).join('/')}/${leaf}`;
      const published = await writer.call('POST', `${owner.path}/publish`, { topic });
      if (owner.name === kind) expect(published.status).toBe(200);
      else expectRefusal(published, 'NOT_FOUND');
      expectRefusal(await writer.call('GET', owner.path), 'NOT_FOUND');
      expectRefusal(await writer.call('DELETE', owner.path), 'NOT_FOUND');
    }
    expectRefusal(await writer.call('GET', `${registries}?folderId=${folderId}`), 'PERMISSION_DENIED');
  });
});

test('only an admin reaches accounts and audit events', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const editor = await withRole(api, 'editor', folderId);
  const admin = await withRole(api, 'admin', folderId);
  for (const path of ['/ext/v1/serviceAccounts', '/ext/v1/auditEvents']) {
    expectRefusal(await editor.call('GET', `${path}?folderId=${folderId}`), 'PERMISSION_DENIED');
    expect((await admin.call('GET', `${path}?folderId=${folderId}`)).status).toBe(200);
  }
  expectRefusal(await admin.call('GET', '/ext/v1/auditEvents'), 'PERMISSION_DENIED');
});

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
