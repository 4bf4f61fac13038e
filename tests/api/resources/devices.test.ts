import { makePassword } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const devices = '/iot-devices/v1/devices';
const nobody = 'are00000000000000000';

describe('creating a device', () => {
  test('refuses a registry that does not exist', async () => {
    expectRefusal(await installation().api.call('POST', devices, { registryId: nobody }), 'NOT_FOUND');
  });

  test('refuses all bad fields at once', async () => {
    const body = {
      registryId: 'UPPER',
      name: 'ä',
      topicAliases: { $a: 'x' },
      folderId: 'mine',
      logOptions: {},
    };
    const answer = await installation().api.call('POST', devices, body);
    expectViolations(answer, 'registryId', 'name', 'topicAliases.$a', 'folderId', 'logOptions');
  });

  test('of many with one name at the same moment, one wins; other registries may have the name', async () => {
    const { api } = installation();
    const [one, other] = [await api.createRegistry(), await api.createRegistry()];
    const calls = Array.from({ length: 10 }, () =>
      api.call('POST', devices, { registryId: one.id, name: 'pump' }),
    );
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, ...Array(9).fill(409)]);
    await api.createDevice(other.id, { name: 'pump' });
  });

  test('answers with the device as get shows it', async () => {
    const { api } = installation();
    const registry = await api.createRegistry();
    const fields = { name: 'pump', description: 'x', labels: { a: 'b' }, password: makePassword() };
    const operation = await api.must('POST', devices, { registryId: registry.id, ...fields });
    const { '@type': type, ...device } = operation.response;
    expect(type).toBe('type.googleapis.com/yandex.cloud.iot.devices.v1.Device');
    expect(operation.metadata).toEqual({
      '@type': 'type.googleapis.com/yandex.cloud.iot.devices.v1.CreateDeviceMetadata',
      deviceId: device.id,
    });
    expect(device).toEqual({
      id: expect.stringMatching(/^are/),
      registryId: registry.id,
      createdAt: expect.any(String),
      name: 'pump',
      description: 'x',
      labels: { a: 'b' },
      status: 'ACTIVE',
    });
    expect(await api.must('GET', `${devices}/${device.id}`)).toEqual(device);
  });
});

describe('finding devices', () => {
  test('refuses a list that names neither registry nor folder, or both', async () => {
    const { api } = installation();
    expectViolations(await api.call('GET', devices), 'registryId');
    expectViolations(await api.call('GET', `${devices}?registryId=a&folderId=b`), 'registryId');
    expectRefusal(await api.call('GET', `${devices}?registryId=${nobody}`), 'NOT_FOUND');
  });

  test('lists those of a registry, or of all registries of a folder', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const [one, other] = [await api.createRegistry({ folderId }), await api.createRegistry({ folderId })];
    const [a, b] = [await api.createDevice(one.id), await api.createDevice(other.id)];
    const ids = async (query: string) =>
      (await api.must('GET', `${devices}?${query}`)).devices.map(({ id }: { id: string }) => id);
    expect(await ids(`registryId=${one.id}`)).toEqual([a.id]);
    expect(await ids(`folderId=${folderId}`)).toEqual([a.id, b.id].sort());
    expect(await ids(`folderId=${newFolder()}`)).toEqual([]);
  });

  test('finds one by name in its registry only', async () => {
    const { api } = installation();
    const [one, other] = [await api.createRegistry(), await api.createRegistry()];
    const { id } = await api.createDevice(one.id, { name: 'pump' });
    const byName = (registryId: string, name: string) =>
      api.call('GET', `${devices}:getByName?registryId=${registryId}&deviceName=${name}`);
    expect((await byName(one.id, 'pump')).body).toMatchObject({ id });
    expectRefusal(await byName(other.id, 'pump'), 'NOT_FOUND');
    expectRefusal(await byName(one.id, 'pum'), 'NOT_FOUND');
  });

  test('refuses an unknown view', async () => {
    expectViolations(
      await installation().api.call('GET', `${devices}/${nobody}?deviceView=ALL`),
      'deviceView',
    );
  });
});

describe('updating a device', () => {
  test('refuses to move it to another registry', async () => {
    const { api } = installation();
    const registry = await api.createRegistry();
    const { id } = await api.createDevice(registry.id);
    expectViolations(await api.call('PATCH', `${devices}/${id}`, { registryId: nobody }), 'registryId');
  });

  test('changes only what the mask names', async () => {
    const { api } = installation();
    const registry = await api.createRegistry();
    const aliases = { 'a/': '$devices/{id}/events/a/' };
    const { id } = await api.createDevice(registry.id, {
      name: 'n',
      labels: { a: '1' },
      topicAliases: aliases,
    });
    await api.must('PATCH', `${devices}/${id}`, { updateMask: 'labels', labels: { b: '2' } });
    expect(await api.must('GET', `${devices}/${id}`)).toMatchObject({
      name: 'n',
      labels: { b: '2' },
      topicAliases: { 'a/': `$devices/${id}/events/a/` },
    });
    await api.must('PATCH', `${devices}/${id}`, {});
    const reset = await api.must('GET', `${devices}/${id}`);
    expect(Object.keys(reset).sort()).toEqual(['createdAt', 'id', 'registryId', 'status']);
  });
});

test('a deleted device is gone with its name, aliases and credentials', async () => {
  const { api } = installation();
  const registry = await api.createRegistry();
  const fields = { name: 'pump', password: makePassword(), topicAliases: { 'a/': '$devices/{id}/' } };
  const { id } = await api.createDevice(registry.id, fields);
  const operation = await api.must('DELETE', `${devices}/${id}`);
  expect(operation).toMatchObject({ metadata: { deviceId: id }, response: { value: {} } });
  expectRefusal(await api.call('GET', `${devices}/${id}`), 'NOT_FOUND');
  expectRefusal(await api.call('DELETE', `${devices}/${id}`), 'NOT_FOUND');
  await api.createDevice(registry.id, fields);
});
