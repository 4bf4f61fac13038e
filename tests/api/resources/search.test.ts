import { describe, expect, test } from 'vitest';
import { createAccount } from '../support/accounts.ts';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { newFixture } from '../support/operation-rows.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();

describe('the search', () => {
  test('refuses nothing to look for, and a folder that the caller may not see', async () => {
    const { api } = installation();
    const { folderId } = await newFixture(api);
    const account = await createAccount(api, { folderId, role: 'viewer' });
    expectViolations(await account.call('GET', '/ext/v1/search?query='), 'query');
    expectViolations(await account.call('GET', '/ext/v1/search'), 'query');
    expectRefusal(
      await account.call('GET', '/ext/v1/search?query=a&folderId=of-others'),
      'PERMISSION_DENIED',
    );
  });

  test('finds by the beginning of a name or ID what the caller may see, and nothing of others', async () => {
    const { api } = installation();
    const [own, foreign] = [await newFixture(api), await newFixture(api)];
    const account = await createAccount(api, { folderId: own.folderId, role: 'viewer' });
    const find = async (query: string) =>
      (await account.call('GET', `/ext/v1/search?query=${encodeURIComponent(query)}`)).body.resources;
    const all = [
      { kind: 'REGISTRY', id: own.registryId, name: 'named', folderId: own.folderId },
      { kind: 'BROKER', id: own.brokerId, name: 'named', folderId: own.folderId },
      { kind: 'DEVICE', id: own.deviceId, name: 'named', folderId: own.folderId, registryId: own.registryId },
    ];
    expect(await find('named')).toEqual(all);
    expect(await find('nam')).toEqual(all);
    expect(await find('NAM')).toEqual([]);
    expect(await find('na%')).toEqual([]);
    expect(await find(own.deviceId)).toEqual([all[2]]);
    expect(await find(own.deviceId.slice(0, -1))).toContainEqual(all[2]);
    expect(await find(foreign.deviceId)).toEqual([]);
  });

  test('shows 20, what is called just so first', async () => {
    const { api } = installation();
    const { folderId, registryId } = await newFixture(api);
    for (let n = 10; n < 32; n++) await api.createDevice(registryId, { name: `pump-${n}` });
    const { id } = await api.createDevice(registryId, { name: 'pump' });
    await api.createRegistry({ folderId, name: 'pump-house' });
    const { resources } = await api.must('GET', `/ext/v1/search?query=pump&folderId=${folderId}`);
    expect(resources).toHaveLength(20);
    expect(resources.slice(0, 3).map(({ name }: { name: string }) => name)).toEqual([
      'pump',
      'pump-house',
      'pump-10',
    ]);
    expect(resources[0].id).toBe(id);
  });
});

test('folders come with how much they hold, those that the caller may see alone', async () => {
  const { api } = installation();
  const [own, foreign] = [await newFixture(api), await newFixture(api)];
  const account = await createAccount(api, { folderId: own.folderId, role: 'viewer' });
  const { body } = await account.call('GET', '/ext/v1/folders');
  expect(body).toEqual({ folders: [{ id: own.folderId, registries: 2, devices: 1, brokers: 1 }] });
  const all = await api.must('GET', '/ext/v1/folders?pageSize=1000');
  expect(all.folders).toContainEqual({ id: foreign.folderId, registries: 2, devices: 1, brokers: 1 });
});

test('registries come with how many devices each has, those of one folder, a page at a time', async () => {
  const { api } = installation();
  const { folderId, registryId } = await newFixture(api);
  const { id: deviceId } = await api.createDevice(registryId, { name: 'second' });
  const counts = async () => {
    const rows: { id: string; devices: number }[] = [];
    let token = '';
    do {
      const path = `/ext/v1/registryCounts?folderId=${folderId}&pageSize=1&pageToken=${token}`;
      const page = await api.must('GET', path);
      rows.push(...page.registries);
      token = page.nextPageToken ?? '';
    } while (token);
    return Object.fromEntries(rows.map(({ id, devices }) => [id, devices]));
  };
  const before = await counts();
  expect(before[registryId]).toBe(2);
  expect(Object.values(before).sort()).toEqual([0, 2]);
  await api.must('DELETE', `/iot-devices/v1/devices/${deviceId}`);
  expect((await counts())[registryId]).toBe(1);
  const account = await createAccount(api, { folderId: 'elsewhere', role: 'viewer' });
  expectRefusal(
    await account.call('GET', `/ext/v1/registryCounts?folderId=${folderId}`),
    'PERMISSION_DENIED',
  );
});
