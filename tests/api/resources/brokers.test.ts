import { makePassword } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const brokers = '/iot-broker/v1/brokers';

test('a broker is not created with bad fields, or with a name that the folder has', async () => {
  const { api } = installation();
  const folderId = newFolder();
  expectViolations(
    await api.call('POST', brokers, { name: '!', topicAliases: {} }),
    'folderId',
    'name',
    'topicAliases',
  );
  await api.must('POST', brokers, { folderId, name: 'plant' });
  expectRefusal(await api.call('POST', brokers, { folderId, name: 'plant' }), 'ALREADY_EXISTS');
});

test('a registry and a broker of one folder may have one name', async () => {
  const { api } = installation();
  const folderId = newFolder();
  await api.createRegistry({ folderId, name: 'plant' });
  await api.must('POST', brokers, { folderId, name: 'plant' });
});

test('a broker is found by its name in its folder alone, and no registry is found as one', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const byName = (folder: string, name: string) =>
    api.call('GET', `${brokers}:getByName?folderId=${folder}&brokerName=${name}`);
  expectViolations(await api.call('GET', `${brokers}:getByName?folderId=${folderId}`), 'brokerName');
  await api.createRegistry({ folderId, name: 'plant' });
  expectRefusal(await byName(folderId, 'plant'), 'NOT_FOUND');
  const { id } = (await api.must('POST', brokers, { folderId, name: 'plant' })).response;
  expect((await byName(folderId, 'plant')).body).toMatchObject({ id, name: 'plant' });
  expectRefusal(await byName(folderId, 'other'), 'NOT_FOUND');
  expectRefusal(await byName(newFolder(), 'plant'), 'NOT_FOUND');
});

test('a broker lives from its creation to its deletion', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const created = await api.must('POST', brokers, { folderId, name: 'plant', password: makePassword() });
  const { '@type': type, ...broker } = created.response;
  expect(type).toBe('type.googleapis.com/yandex.cloud.iot.broker.v1.Broker');
  expect(created.metadata).toEqual({
    '@type': 'type.googleapis.com/yandex.cloud.iot.broker.v1.CreateBrokerMetadata',
    brokerId: broker.id,
  });
  expect(await api.must('GET', `${brokers}/${broker.id}`)).toEqual(broker);
  expect(await api.must('GET', `${brokers}?folderId=${folderId}`)).toEqual({ brokers: [broker] });

  const update = {
    updateMask: 'description,logOptions',
    description: 'Hall 7',
    logOptions: { minLevel: 'ERROR' },
  };
  const updated = await api.must('PATCH', `${brokers}/${broker.id}`, update);
  expect(updated.response).toMatchObject({
    name: 'plant',
    description: 'Hall 7',
    logOptions: { minLevel: 'ERROR' },
  });

  const deleted = await api.must('DELETE', `${brokers}/${broker.id}`);
  expect(deleted.metadata).toMatchObject({ brokerId: broker.id });
  expectRefusal(await api.call('GET', `${brokers}/${broker.id}`), 'NOT_FOUND');
});

test('the ID of a registry names no broker', async () => {
  const { api } = installation();
  const { id } = await api.createRegistry();
  expectRefusal(await api.call('GET', `${brokers}/${id}`), 'NOT_FOUND');
  expectRefusal(
    await api.call('POST', `${brokers}/${id}/passwords`, { password: makePassword() }),
    'NOT_FOUND',
  );
});
