import { randomUUID } from 'node:crypto';
import * as sdk from '@iotcore/sdk';
import { connectMqtt, makeCertificate, makePassword, sharedInstallation } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';

const installation = sharedInstallation();

/** The generated client, as the admin unless another token is given. */
function connect(token = installation().adminToken): sdk.Client {
  return sdk.createClient({ baseUrl: installation().apiUrl, auth: token });
}

const newFolder = () => `folder-${randomUUID()}`;

/** The data of an answer that must be a success. */
function ok<T>({ data, error }: { data: T | undefined; error: sdk.Status | undefined }): T {
  if (data === undefined) throw new Error(`refused: ${JSON.stringify(error)}`);
  return data;
}

/** The ID of the resource that an operation made. */
function idOf(operation: sdk.Operation): string {
  expect(operation).toMatchObject({ done: true });
  const id = operation.response?.['id'];
  if (typeof id !== 'string') throw new Error(`no ID in ${JSON.stringify(operation)}`);
  return id;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a refusal comes back typed', () => {
  test('with every bad field by name, and creates nothing', async () => {
    const client = connect();
    const folderId = newFolder();
    const body = { folderId, name: 'not a name', labels: { Colour: 'red' }, password: 'short' };
    const { data, error, response } = await sdk.createRegistry({ client, body });
    expect(data).toBeUndefined();
    expect(response?.status).toBe(400);
    expect(error?.code).toBe(3);
    const fields = error?.details.flatMap(({ fieldViolations }) => fieldViolations ?? []);
    expect(fields?.map(({ field }) => field).sort()).toEqual(['labels', 'name', 'password']);
    expect(ok(await sdk.listRegistries({ client, query: { folderId } }))).toEqual({ registries: [] });
  });

  test('as NOT_FOUND of what does not exist', async () => {
    const { error, response } = await sdk.getDevice({
      client: connect(),
      path: { deviceId: 'are00000000000000000' },
    });
    expect([response?.status, error?.code]).toEqual([404, 5]);
  });

  test('as ALREADY_EXISTS of a name that is taken', async () => {
    const client = connect();
    const body = { folderId: newFolder(), name: 'plant' };
    ok(await sdk.createRegistry({ client, body }));
    const { error, response } = await sdk.createRegistry({ client, body });
    expect([response?.status, error?.code]).toEqual([409, 6]);
  });

  test('as UNAUTHENTICATED of a token that nobody gave', async () => {
    const { error, response } = await sdk.listRegistries({
      client: connect('nobody'),
      query: { folderId: 'f' },
    });
    expect([response?.status, error?.code]).toEqual([401, 16]);
  });

  test('as an exception where the caller asks for that', async () => {
    const call = sdk.getRegistry({
      client: connect(),
      path: { registryId: 'are00000000000000000' },
      throwOnError: true,
    });
    await expect(call).rejects.toMatchObject({ code: 5, details: [] });
  });
});

test('a registry lives from its creation to its deletion', async () => {
  const client = connect();
  const folderId = newFolder();
  const registryId = idOf(ok(await sdk.createRegistry({ client, body: { folderId, name: 'plant' } })));
  const path = { registryId };

  const created = ok(await sdk.getRegistry({ client, path }));
  expect(created).toMatchObject({ id: registryId, folderId, name: 'plant', status: 'ACTIVE' });
  expect(ok(await sdk.getRegistryByName({ client, query: { folderId, registryName: 'plant' } }))).toEqual(
    created,
  );
  expect(ok(await sdk.listRegistries({ client, query: { folderId } }))).toEqual({ registries: [created] });

  const body = { updateMask: 'description', description: 'Hall 7', name: 'ignored' };
  ok(await sdk.updateRegistry({ client, path, body }));
  expect(ok(await sdk.getRegistry({ client, path }))).toEqual({ ...created, description: 'Hall 7' });

  ok(await sdk.disableRegistry({ client, path }));
  expect(ok(await sdk.getRegistry({ client, path })).status).toBe('DISABLED');
  ok(await sdk.enableRegistry({ client, path }));
  expect(ok(await sdk.getRegistry({ client, path })).status).toBe('ACTIVE');

  const { certPem: certificateData } = await makeCertificate();
  ok(await sdk.addRegistryCertificate({ client, path, body: { certificateData } }));
  const { certificates } = ok(await sdk.listRegistryCertificates({ client, path }));
  expect(certificates).toMatchObject([{ registryId, certificateData }]);
  for (const { fingerprint } of certificates)
    ok(await sdk.deleteRegistryCertificate({ client, path: { ...path, fingerprint } }));
  expect(ok(await sdk.listRegistryCertificates({ client, path }))).toEqual({ certificates: [] });

  const { operations } = ok(await sdk.listRegistryOperations({ client, path }));
  expect(operations.map(({ description }) => description)).toContain('Disable registry');
  const [latest] = operations;
  if (!latest) throw new Error('no operation');
  expect(ok(await sdk.getOperation({ client, path: { operationId: latest.id } }))).toEqual(latest);

  ok(await sdk.deleteRegistry({ client, path }));
  expect((await sdk.getRegistry({ client, path })).error?.code).toBe(5);
});

test('a device lives from its creation to its deletion', async () => {
  const client = connect();
  const folderId = newFolder();
  const registryId = idOf(ok(await sdk.createRegistry({ client, body: { folderId } })));
  const topicAliases = { 'pump/': '$devices/{id}/' };
  const headers = { 'Idempotency-Key': randomUUID() };
  const create = { client, headers, body: { registryId, name: 'pump', topicAliases } };
  const deviceId = idOf(ok(await sdk.createDevice(create)));
  expect(idOf(ok(await sdk.createDevice(create)))).toBe(deviceId);
  const path = { deviceId };

  const created = ok(await sdk.getDevice({ client, path, query: { deviceView: 'FULL' } }));
  expect(created).toMatchObject({ id: deviceId, registryId, name: 'pump', status: 'ACTIVE' });
  expect(created.topicAliases).toEqual({ 'pump/': `$devices/${deviceId}/` });
  expect(ok(await sdk.getDeviceByName({ client, query: { registryId, deviceName: 'pump' } })).id).toBe(
    deviceId,
  );
  expect(ok(await sdk.listDevices({ client, query: { registryId } })).devices).toHaveLength(1);
  const { aliases } = ok(await sdk.listDeviceTopicAliases({ client, path: { registryId } }));
  expect(aliases).toEqual([{ deviceId, alias: 'pump/', topicPrefix: `$devices/${deviceId}/` }]);

  const body = { updateMask: 'topicAliases,labels', labels: { hall: '7' } };
  ok(await sdk.updateDevice({ client, path, body }));
  const updated = ok(await sdk.getDevice({ client, path }));
  expect(updated).toMatchObject({ name: 'pump', labels: { hall: '7' } });
  expect(updated.topicAliases).toBeUndefined();

  const password = makePassword();
  const passwordId = idOf(ok(await sdk.addDevicePassword({ client, path, body: { password } })));
  const session = await connectMqtt({ ...installation().overTcp, username: deviceId, password });
  await session.subscribe(`$devices/${deviceId}/commands`);
  const topic = `$devices/${deviceId}/commands`;
  const publish = { topic, data: base64('open') };
  expect(ok(await sdk.publishRegistryData({ client, path: { registryId }, body: publish }))).toEqual({});
  expect((await session.messages.next()).payload.toString()).toBe('open');
  const foreign = await sdk.publishDeviceData({ client, path, body: { topic: '$devices/other/events' } });
  expect(foreign.error?.details[0]?.fieldViolations?.map(({ field }) => field)).toEqual(['topic']);
  expect(
    ok(await sdk.publishDeviceData({ client, path, body: { topic: `$devices/${deviceId}/events` } })),
  ).toEqual({});

  expect(ok(await sdk.listDevicePasswords({ client, path })).passwords).toMatchObject([{ id: passwordId }]);
  ok(await sdk.deleteDevicePassword({ client, path: { ...path, passwordId } }));
  expect(ok(await sdk.listDevicePasswords({ client, path }))).toEqual({ passwords: [] });

  const full = await sdk.deleteRegistry({ client, path: { registryId } });
  expect(full.error?.code).toBe(9);
  ok(await sdk.deleteDevice({ client, path }));
  expect(ok(await sdk.listDevices({ client, query: { registryId } }))).toEqual({ devices: [] });
  ok(await sdk.deleteRegistry({ client, path: { registryId } }));
});

test('a broker lives from its creation to its deletion', async () => {
  const client = connect();
  const folderId = newFolder();
  const password = makePassword();
  const brokerId = idOf(ok(await sdk.createBroker({ client, body: { folderId, name: 'plant', password } })));
  const path = { brokerId };
  const created = ok(await sdk.getBroker({ client, path }));
  expect(created).toMatchObject({ id: brokerId, folderId, name: 'plant', status: 'ACTIVE' });
  expect(ok(await sdk.listBrokers({ client, query: { folderId } }))).toEqual({ brokers: [created] });

  ok(await sdk.updateBroker({ client, path, body: { updateMask: 'name', name: 'hall' } }));
  expect(ok(await sdk.getBroker({ client, path }))).toEqual({ ...created, name: 'hall' });

  const session = await connectMqtt({ ...installation().overTcp, username: brokerId, password });
  await session.subscribe('#');
  ok(await sdk.publishBrokerData({ client, path, body: { topic: 'plant/7', data: base64('21') } }));
  expect((await session.messages.next()).topic).toBe('plant/7');

  const { operations } = ok(await sdk.listBrokerOperations({ client, path }));
  expect(operations.length).toBeGreaterThan(0);
  ok(await sdk.deleteBroker({ client, path }));
  expect((await sdk.getBroker({ client, path })).error?.code).toBe(5);
});

test('a service account calls with its API key, and sees what its roles show', async () => {
  const client = connect();
  const folderId = newFolder();
  const account = ok(await sdk.createServiceAccount({ client, body: { folderId, name: 'reader' } }));
  const path = { serviceAccountId: idOf(account) };
  ok(await sdk.createRoleBinding({ client, path, body: { folderId, role: 'viewer' } }));
  const { secret } = ok(await sdk.createApiKey({ client, path, body: {} }));
  const reader = sdk.createClient({
    baseUrl: installation().apiUrl,
    auth: ({ type }) => (type === 'apiKey' ? `Api-Key ${secret}` : undefined),
  });
  const refused = await sdk.createRegistry({ client: reader, body: { folderId } });
  expect(refused.error?.code).toBe(7);
  expect(ok(await sdk.listRegistries({ client: reader, query: { folderId } }))).toEqual({ registries: [] });
});

test('pages follow each other until there is none', async () => {
  const client = connect();
  const registryId = idOf(ok(await sdk.createRegistry({ client, body: { folderId: newFolder() } })));
  const ids = new Set<string>();
  for (const name of ['a', 'b', 'c'])
    ids.add(idOf(ok(await sdk.createDevice({ client, body: { registryId, name } }))));
  const sizes: number[] = [];
  let pageToken: string | undefined;
  do {
    const query = { registryId, pageSize: 2, ...(pageToken === undefined ? {} : { pageToken }) };
    const page = ok(await sdk.listDevices({ client, query }));
    sizes.push(page.devices.length);
    for (const { id } of page.devices) ids.delete(id);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  expect(sizes).toEqual([2, 1]);
  expect([...ids]).toEqual([]);
});
