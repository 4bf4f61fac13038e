import { makePassword } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { expectRefusal } from '../support/answers.ts';
import { kinds } from '../support/owners.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();

describe.each(kinds)('operations on a %s', (_, create) => {
  test('are listed newest first, and each can be got', async () => {
    const { api } = installation();
    const owner = await create(api);
    const password = await api.must('POST', `${owner.path}/passwords`, { password: makePassword() });
    const { operations } = await api.must('GET', `${owner.path}/operations`);
    expect(operations.map(({ description }: { description: string }) => description)).toEqual([
      `Add ${owner.noun.toLowerCase()} password`,
      `Create ${owner.noun.toLowerCase()}`,
    ]);
    expect(operations[0]).toEqual(password);
    expect(await api.must('GET', `/operations/${password.id}`)).toEqual(password);
  });
});

test('a refused call leaves no operation', async () => {
  const { api } = installation();
  const registry = await api.createRegistry();
  const path = `/iot-devices/v1/registries/${registry.id}`;
  await api.call('POST', `${path}/passwords`, { password: 'short' });
  await api.call('DELETE', `${path}/passwords/are00000000000000000`);
  expect((await api.must('GET', `${path}/operations`)).operations).toHaveLength(1);
});

test('an operation outlives its resource', async () => {
  const { api } = installation();
  const registry = await api.createRegistry();
  const { id } = await api.must('DELETE', `/iot-devices/v1/registries/${registry.id}`);
  expect((await api.must('GET', `/operations/${id}`)).metadata).toMatchObject({ registryId: registry.id });
});

test('an operation that is done stays as it is when it is cancelled', async () => {
  const { api } = installation();
  const registry = await api.createRegistry();
  const [operation] = (await api.must('GET', `/iot-devices/v1/registries/${registry.id}/operations`))
    .operations;
  expect(await api.must('GET', `/operations/${operation.id}:cancel`)).toEqual(operation);
  expectRefusal(await api.call('GET', '/operations/are00000000000000000'), 'NOT_FOUND');
  expectRefusal(await api.call('GET', '/operations/are00000000000000000:cancel'), 'NOT_FOUND');
});
