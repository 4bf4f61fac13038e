import { makePassword } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const registries = '/iot-devices/v1/registries';

describe('creating a registry', () => {
  test('refuses all bad fields at once', async () => {
    const body = {
      name: 'no spaces',
      description: 'x'.repeat(257),
      labels: { Upper: 'a' },
      password: 'short',
      certificates: [{ certificateData: 'no certificate' }],
      logOptions: { disabled: 'yes' },
      colour: 'red',
    };
    const answer = await installation().api.call('POST', registries, body);
    expectViolations(
      answer,
      'folderId',
      'name',
      'description',
      'labels',
      'password',
      'certificates[0].certificateData',
      'logOptions.disabled',
      'colour',
    );
  });

  test.each([
    ['no body', undefined],
    ['a list', []],
    ['a string', '"x"'],
    ['null', 'null'],
  ])('refuses %s', async (_, body) => {
    expectRefusal(await installation().api.call('POST', registries, body), 'INVALID_ARGUMENT');
  });

  test('refuses a folder ID that could stand for every folder', async () => {
    expectViolations(await installation().api.call('POST', registries, { folderId: '*' }), 'folderId');
  });

  test('refuses a name that the folder has, and creates nothing', async () => {
    const { api } = installation();
    const folderId = newFolder();
    await api.createRegistry({ folderId, name: 'one' });
    expectRefusal(await api.call('POST', registries, { folderId, name: 'one' }), 'ALREADY_EXISTS');
    expect((await api.must('GET', `${registries}?folderId=${folderId}`)).registries).toHaveLength(1);
  });

  test('of many with one name at the same moment, one wins', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const calls = Array.from({ length: 10 }, () => api.call('POST', registries, { folderId, name: 'same' }));
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, ...Array(9).fill(409)]);
    expect((await api.must('GET', `${registries}?folderId=${folderId}`)).registries).toHaveLength(1);
  });

  test('answers with a done operation that holds the registry', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const body = {
      folderId,
      name: 'greenhouse',
      description: 'North',
      labels: { site: 'n' },
      password: makePassword(),
    };
    const operation = await api.must('POST', registries, body);
    expect(operation).toEqual({
      id: expect.stringMatching(/^are[0-9a-v]{17}$/),
      description: 'Create registry',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/),
      createdBy: expect.stringMatching(/^are/),
      modifiedAt: operation.createdAt,
      done: true,
      metadata: {
        '@type': 'type.googleapis.com/yandex.cloud.iot.devices.v1.CreateRegistryMetadata',
        registryId: operation.response.id,
      },
      response: {
        '@type': 'type.googleapis.com/yandex.cloud.iot.devices.v1.Registry',
        id: expect.stringMatching(/^are[0-9a-v]{17}$/),
        folderId,
        createdAt: expect.any(String),
        name: 'greenhouse',
        description: 'North',
        labels: { site: 'n' },
        status: 'ACTIVE',
      },
    });
    const { '@type': _, ...registry } = operation.response;
    expect(await api.must('GET', `${registries}/${registry.id}`)).toEqual(registry);
    expect((await api.must('GET', `${registries}/${registry.id}/passwords`)).passwords).toHaveLength(1);
  });

  test('leaves empty fields out, and lets many have no name', async () => {
    const { api } = installation();
    const folderId = newFolder();
    for (const name of ['', undefined, null]) await api.createRegistry({ folderId, name, labels: {} });
    const { registries: listed } = await api.must('GET', `${registries}?folderId=${folderId}`);
    expect(listed).toHaveLength(3);
    expect(Object.keys(listed[0]).sort()).toEqual(['createdAt', 'folderId', 'id', 'status']);
  });
});

describe('finding a registry', () => {
  test('refuses an ID that is none, and one that nobody has', async () => {
    const { api } = installation();
    expectViolations(await api.call('GET', `${registries}/NOT-AN-ID`), 'registryId');
    expectRefusal(await api.call('GET', `${registries}/are00000000000000000`), 'NOT_FOUND');
  });

  test('refuses unknown parameters, and ones given twice', async () => {
    const { api } = installation();
    expectViolations(await api.call('GET', `${registries}?folderId=a&colour=red`), 'colour');
    expectViolations(await api.call('GET', `${registries}?folderId=a&folderId=b`), 'folderId');
    expectViolations(await api.call('GET', registries), 'folderId');
  });

  test('finds it by name in its folder only', async () => {
    const { api } = installation();
    const folderId = newFolder();
    const { id } = await api.createRegistry({ folderId, name: 'one' });
    const byName = (folder: string, name: string) =>
      api.call('GET', `${registries}:getByName?folderId=${folder}&registryName=${name}`);
    expect((await byName(folderId, 'one')).body).toMatchObject({ id, name: 'one' });
    expectRefusal(await byName(folderId, 'two'), 'NOT_FOUND');
    expectRefusal(await byName(newFolder(), 'one'), 'NOT_FOUND');
  });
});

describe('updating a registry', () => {
  async function created() {
    const { api } = installation();
    const fields = {
      name: 'old',
      description: 'before',
      labels: { a: '1' },
      logOptions: { minLevel: 'WARN' },
    };
    const registry = await api.createRegistry(fields);
    return { api, registry, url: `${registries}/${registry.id}` };
  }

  test.each([
    ['an unknown field', 'name,colour'],
    ['a field that cannot be changed', 'id'],
    ['a field twice', 'name,name'],
    ['a field twice, spelt differently', 'logOptions,log_options'],
    ['a nested field', 'labels.a'],
    ['nothing between commas', 'name,,labels'],
  ])('refuses a mask with %s', async (_, updateMask) => {
    const { api, registry, url } = await created();
    expectViolations(await api.call('PATCH', url, { updateMask, name: 'new' }), 'updateMask');
    expect(await api.must('GET', url)).toMatchObject({ name: registry['name'] });
  });

  test('refuses fields that no one may set', async () => {
    const { api, url } = await created();
    const body = { id: 'x', folderId: 'y', createdAt: 'z', status: 'DISABLED' };
    expectViolations(await api.call('PATCH', url, body), 'id', 'folderId', 'createdAt', 'status');
  });

  test('sets what the mask names, resets what it names and the body lacks, keeps the rest', async () => {
    const { api, url } = await created();
    await api.must('PATCH', url, { updateMask: 'name,labels', name: 'new', description: 'ignored' });
    const registry = await api.must('GET', url);
    expect(registry).toMatchObject({ name: 'new', description: 'before', logOptions: { minLevel: 'WARN' } });
    expect(registry).not.toHaveProperty('labels');
  });

  test('understands snake_case in the mask', async () => {
    const { api, url } = await created();
    await api.must('PATCH', url, { updateMask: 'log_options', logOptions: { disabled: true } });
    expect((await api.must('GET', url)).logOptions).toEqual({ disabled: true });
  });

  test('without a mask sets everything', async () => {
    const { api, registry, url } = await created();
    const operation = await api.must('PATCH', url, { description: 'after' });
    expect(operation.metadata).toEqual({
      '@type': 'type.googleapis.com/yandex.cloud.iot.devices.v1.UpdateRegistryMetadata',
      registryId: registry.id,
    });
    const { '@type': _, ...updated } = operation.response;
    expect(updated).toEqual({
      id: registry.id,
      folderId: registry['folderId'],
      createdAt: registry['createdAt'],
      description: 'after',
      status: 'ACTIVE',
    });
    expect(await api.must('GET', url)).toEqual(updated);
  });

  test('refuses the name of another', async () => {
    const { api, registry, url } = await created();
    await api.createRegistry({ folderId: registry['folderId'], name: 'taken' });
    expectRefusal(await api.call('PATCH', url, { updateMask: 'name', name: 'taken' }), 'ALREADY_EXISTS');
  });

  test('refuses logOptions with two destinations', async () => {
    const { api, url } = await created();
    const logOptions = { logGroupId: 'g', folderId: 'f' };
    expectViolations(await api.call('PATCH', url, { logOptions }), 'logOptions.logGroupId');
  });
});

test('a registry is disabled and enabled, twice with the same outcome', async () => {
  const { api } = installation();
  const { id } = await api.createRegistry();
  for (const [verb, status] of [
    ['disable', 'DISABLED'],
    ['disable', 'DISABLED'],
    ['enable', 'ACTIVE'],
  ]) {
    const operation = await api.must('POST', `${registries}/${id}:${verb}`);
    expect(operation.response).toMatchObject({ id, status });
    expect(await api.must('GET', `${registries}/${id}`)).toMatchObject({ status });
  }
  expectRefusal(await api.call('POST', `${registries}/are00000000000000000:enable`), 'NOT_FOUND');
  expect((await api.call('POST', `${registries}/${id}:explode`)).status).toBe(404);
  expect((await api.call('GET', `${registries}/${id}:enable`)).status).toBe(405);
});

describe('deleting a registry', () => {
  test('refuses while it has devices', async () => {
    const { api } = installation();
    const { id } = await api.createRegistry();
    const device = await api.createDevice(id);
    expectRefusal(await api.call('DELETE', `${registries}/${id}`), 'FAILED_PRECONDITION');
    await api.must('DELETE', `/iot-devices/v1/devices/${device.id}`);
    await api.must('DELETE', `${registries}/${id}`);
  });

  test('either deletes it or gives it the device that comes at the same moment', async () => {
    const { api } = installation();
    for (let round = 0; round < 5; round += 1) {
      const { id } = await api.createRegistry();
      const [deleted, created] = await Promise.all([
        api.call('DELETE', `${registries}/${id}`),
        api.call('POST', '/iot-devices/v1/devices', { registryId: id }),
      ]);
      expect([deleted.status, created.status]).toBeOneOf([
        [200, 404],
        [400, 200],
      ]);
    }
  });

  test('takes its credentials along, answers with nothing, and is gone', async () => {
    const { api } = installation();
    const { id } = await api.createRegistry({ password: makePassword() });
    const operation = await api.must('DELETE', `${registries}/${id}`);
    expect(operation).toMatchObject({
      done: true,
      metadata: { registryId: id },
      response: { '@type': 'type.googleapis.com/google.protobuf.Empty', value: {} },
    });
    expectRefusal(await api.call('GET', `${registries}/${id}`), 'NOT_FOUND');
    expectRefusal(await api.call('DELETE', `${registries}/${id}`), 'NOT_FOUND');
  });
});
