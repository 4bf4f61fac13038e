/** REST and gRPC are two edges of the same resources: what one writes the other shows, field by field. */
import { type DescMessage, type JsonObject, toJson } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { broker, device, devices, folders, messages, operations } from '@iotcore/proto';
import { connectMqtt, makeCertificate, makePassword, sharedInstallation } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { GrpcClient } from './support/client.ts';

const installation = sharedInstallation();
const registries = devices.RegistryService.method;
const ofDevices = device.DeviceService.method;
const brokers = broker.BrokerService.method;
const folderId = 'fields';
const paths = {
  registry: '/iot-devices/v1/registries',
  device: '/iot-devices/v1/devices',
  broker: '/iot-broker/v1/brokers',
} as const;

/** A message of gRPC as REST writes it: the form of both is proto3 JSON, and REST always says milliseconds. */
function asJson(schema: DescMessage, message: object): JsonObject {
  const json = JSON.stringify(toJson(schema, message as never, { registry: messages }));
  return JSON.parse(json, (_, value) =>
    typeof value === 'string' ? value.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)Z$/, '$1.000Z') : value,
  );
}

type Operation = Awaited<ReturnType<typeof createdBy>>;
const createdBy = (client: GrpcClient) => client.call(registries.create, {});

/** What an operation of gRPC answered with. */
function responseOf({ result }: Operation): JsonObject {
  if (result.case !== 'response') throw new Error(`the operation ended in ${result.case}`);
  const schema = messages.getMessage(result.value.typeUrl.replace(/^.*\//, ''));
  const message = anyUnpack(result.value, messages);
  if (!schema || !message) throw new Error(`unknown type ${result.value.typeUrl}`);
  return asJson(schema, message);
}

/** How each kind is asked for, by both edges. */
const kinds = {
  registry: {
    grpc: (client: GrpcClient, id: string) => client.call(registries.get, { registryId: id }),
    schema: registries.get.output,
  },
  device: {
    grpc: (client: GrpcClient, id: string) => client.call(ofDevices.get, { deviceId: id }),
    schema: ofDevices.get.output,
  },
  broker: {
    grpc: (client: GrpcClient, id: string) => client.call(brokers.get, { brokerId: id }),
    schema: brokers.get.output,
  },
} as const;

/** Both edges show the same; that. */
async function shown(client: GrpcClient, kind: keyof typeof kinds, id: string): Promise<JsonObject> {
  const byRest = await installation().api.must('GET', `${paths[kind]}/${id}`);
  const byGrpc = asJson(kinds[kind].schema, await kinds[kind].grpc(client, id));
  expect(byGrpc).toEqual(byRest);
  return byGrpc;
}

const everyTopLevelField = {
  description: 'All of it: 5 °C, "quotes", naïve, 温室',
  labels: { site: 'north', empty: '' },
};

describe.each(['registry', 'broker'] as const)('a %s', (kind) => {
  const idField = `${kind}Id` as const;
  const create = async (client: GrpcClient, fields: object): Promise<JsonObject> => {
    const request = { folderId, ...everyTopLevelField, ...fields };
    return responseOf(
      kind === 'registry'
        ? await client.call(registries.create, request)
        : await client.call(brokers.create, request),
    );
  };
  const update = async (client: GrpcClient, id: string, fields: object): Promise<JsonObject> =>
    responseOf(
      kind === 'registry'
        ? await client.call(registries.update, { registryId: id, ...fields })
        : await client.call(brokers.update, { brokerId: id, ...fields }),
    );

  test('that gRPC created and changed is the same in REST', async () => {
    const client = GrpcClient.connect(installation());
    const created = await create(client, {
      name: `grpc-${kind}`,
      logOptions: { disabled: true, destination: { case: 'logGroupId', value: 'group' }, minLevel: 4 },
    });
    const id = String(created['id']);
    const expected = {
      id,
      folderId,
      name: `grpc-${kind}`,
      ...everyTopLevelField,
      status: 'ACTIVE',
      createdAt: expect.stringMatching(/^20\d\d-.*Z$/),
      logOptions: { disabled: true, logGroupId: 'group', minLevel: 'WARN' },
    };
    expect(created).toEqual(expected);
    expect(await shown(client, kind, id)).toEqual(expected);

    // No mask: what is not given is reset.
    const { labels: _labels, logOptions: _options, description: _description, ...rest } = expected;
    expect(await update(client, id, { name: `grpc-${kind}-2` })).toEqual({ ...rest, name: `grpc-${kind}-2` });
    expect(await shown(client, kind, id)).toEqual({ ...rest, name: `grpc-${kind}-2` });
  });

  test('that REST created and changed is the same in gRPC', async () => {
    const client = GrpcClient.connect(installation());
    const { api } = installation();
    const fields = {
      name: `rest-${kind}`,
      ...everyTopLevelField,
      logOptions: { folderId: 'logs', minLevel: 'ERROR' },
    };
    const { response } = await api.must('POST', paths[kind], { folderId, ...fields });
    const { '@type': _type, ...created } = response;
    expect(created).toMatchObject(fields);
    expect(await shown(client, kind, response.id)).toEqual(created);
    const mask = { updateMask: 'labels,logOptions', labels: { other: 'x' }, logOptions: { logGroupId: '' } };
    const { response: changed } = await api.must('PATCH', `${paths[kind]}/${response.id}`, mask);
    expect(changed).toMatchObject({ labels: { other: 'x' }, logOptions: { logGroupId: '' } });
    const { '@type': _other, ...expected } = changed;
    expect(await shown(client, kind, response.id)).toEqual(expected);
  });

  test('keeps the parts of its log options that a mask does not name, in snake_case and in camelCase', async () => {
    const client = GrpcClient.connect(installation());
    const { id } = await create(client, {
      logOptions: { destination: { case: 'folderId', value: 'logs' }, minLevel: 1 },
    });
    const changed = async (path: string, logOptions?: object) => {
      const fields = { updateMask: { paths: [path] }, ...(logOptions && { logOptions }) };
      return (await update(client, String(id), fields))['logOptions'];
    };
    expect(await changed('log_options.min_level', { minLevel: 5 })).toEqual({
      folderId: 'logs',
      minLevel: 'ERROR',
    });
    expect(await changed('logOptions.disabled', { disabled: true })).toEqual({
      disabled: true,
      folderId: 'logs',
      minLevel: 'ERROR',
    });
    expect(
      await changed('log_options.log_group_id', { destination: { case: 'logGroupId', value: 'group' } }),
    ).toEqual({ disabled: true, logGroupId: 'group', minLevel: 'ERROR' });
    expect(await changed('log_options.log_group_id')).toEqual({ disabled: true, minLevel: 'ERROR' });
    expect(await changed('log_options')).toBeUndefined();
  });

  test('that is changed in different parts of its log options at the same moment has all of them', async () => {
    const client = GrpcClient.connect(installation());
    const parts = [
      ['log_options.disabled', { disabled: true }],
      ['log_options.folder_id', { destination: { case: 'folderId', value: 'logs' } }],
      ['log_options.min_level', { minLevel: 6 }],
    ] as const;
    for (let round = 0; round < 5; round += 1) {
      const { id } = await create(client, {});
      await Promise.all(
        parts.map(([path, logOptions]) =>
          update(client, String(id), { updateMask: { paths: [path] }, logOptions }),
        ),
      );
      expect(await shown(client, kind, String(id))).toMatchObject({
        logOptions: { disabled: true, folderId: 'logs', minLevel: 'FATAL' },
      });
    }
  });

  test('has the same passwords, certificates and operations in both', async () => {
    const client = GrpcClient.connect(installation());
    const { api } = installation();
    const old = await makeCertificate({
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2021-01-01'),
    });
    const other = await makeCertificate();
    // Two line ends, as a heredoc leaves them: byte for byte.
    const certificateData = `${old.certPem.trimEnd()}\n\n`;
    const { id } = await create(client, { certificates: [{ certificateData }], password: makePassword() });
    const path = `${paths[kind]}/${id}`;
    await api.must('POST', `${path}/certificates`, { certificateData: other.certPem });
    await api.must('POST', `${path}/passwords`, { password: makePassword() });

    const ask = { [idField]: String(id) };
    const certificates = kind === 'registry' ? registries.listCertificates : brokers.listCertificates;
    const passwords = kind === 'registry' ? registries.listPasswords : brokers.listPasswords;
    const listed = kind === 'registry' ? registries.listOperations : brokers.listOperations;
    const inRest = await api.must('GET', `${path}/certificates`);
    expect(inRest.certificates.map((one: JsonObject) => one['certificateData']).sort()).toEqual(
      [certificateData, other.certPem].sort(),
    );
    expect(asJson(certificates.output, await client.call(certificates, ask as never))).toEqual(inRest);
    expect(asJson(passwords.output, await client.call(passwords, ask as never))).toEqual(
      await api.must('GET', `${path}/passwords`),
    );
    const inGrpc = asJson(listed.output, await client.call(listed, ask as never));
    expect(inGrpc).toEqual(await api.must('GET', `${path}/operations`));
    expect(inGrpc['operations']).toHaveLength(3);
  });
});

test('a registry that one edge disabled is disabled in the other', async () => {
  const client = GrpcClient.connect(installation());
  const { api } = installation();
  const { id } = await api.createRegistry({ folderId });
  await client.call(registries.disable, { registryId: id });
  expect(await shown(client, 'registry', id)).toMatchObject({ status: 'DISABLED' });
  await api.must('POST', `${paths.registry}/${id}:enable`);
  expect(await shown(client, 'registry', id)).toMatchObject({ status: 'ACTIVE' });
});

test('a device is the same in both, its aliases included, and {id} stands for its ID in updates too', async () => {
  const client = GrpcClient.connect(installation());
  const { api } = installation();
  const { id: registryId } = await api.createRegistry({ folderId });
  const created = responseOf(
    await client.call(ofDevices.create, {
      registryId,
      name: 'pump',
      ...everyTopLevelField,
      topicAliases: { 'aaa/bbb': '$devices/{id}/events' },
    }),
  );
  const id = String(created['id']);
  const expected = {
    id,
    registryId,
    name: 'pump',
    ...everyTopLevelField,
    status: 'ACTIVE',
    createdAt: expect.stringMatching(/^20\d\d-.*Z$/),
    topicAliases: { 'aaa/bbb': `$devices/${id}/events` },
  };
  expect(created).toEqual(expected);
  expect(await shown(client, 'device', id)).toEqual(expected);
  await client.call(ofDevices.update, {
    deviceId: id,
    updateMask: { paths: ['topicAliases', 'labels'] },
    topicAliases: { 'ccc/': '$devices/{id}/state/' },
  });
  const { labels: _labels, ...others } = expected;
  const changed = { ...others, topicAliases: { 'ccc/': `$devices/${id}/state/` } };
  expect(await shown(client, 'device', id)).toEqual(changed);
  await api.must('PATCH', `${paths.device}/${id}`, { name: 'pump-2' });
  const { description: _description, topicAliases: _aliases, ...left } = changed;
  expect(await shown(client, 'device', id)).toEqual({ ...left, name: 'pump-2' });
});

/** `DeviceView.FULL`. */
const fullView = 1;

test('a device that REST created is the same in gRPC, with what is known of it once it has connected, and its aliases', async () => {
  const client = GrpcClient.connect(installation());
  const { api } = installation();
  const { id: registryId } = await api.createRegistry({ folderId });
  const password = makePassword();
  const { response } = await api.must('POST', paths.device, {
    registryId,
    name: 'valve',
    ...everyTopLevelField,
    topicAliases: { 'valve/': '$devices/{id}/state/', 'valve-events': '$devices/{id}/events' },
    password,
  });
  const { '@type': _type, ...created } = response;
  const { id } = created;
  expect(await shown(client, 'device', id)).toEqual(created);

  const session = await connectMqtt({ ...installation().overTls, username: id, password });
  const full = () => api.must('GET', `${paths.device}/${id}?deviceView=FULL`);
  await expect.poll(async () => (await full()).monitoringData?.lastAuthTime).toBeDefined();
  await session.end();
  await expect.poll(async () => (await full()).monitoringData.lastDisconnectTime).toBeDefined();
  const byGrpc = await client.call(ofDevices.get, { deviceId: id, deviceView: fullView });
  expect(asJson(ofDevices.get.output, byGrpc)).toEqual(await full());

  const ofRegistry = registries.listDeviceTopicAliases;
  const aliases = asJson(ofRegistry.output, await client.call(ofRegistry, { registryId }));
  expect(aliases).toEqual(await api.must('GET', `${paths.registry}/${registryId}:listDeviceTopicAliases`));
  expect(aliases['aliases']).toHaveLength(2);
});

test('lists and look-ups by name are the same in both', async () => {
  const client = GrpcClient.connect(installation());
  const { api } = installation();
  const { id: registryId } = await api.createRegistry({ folderId: 'lists', name: 'listed' });
  for (const name of ['a', 'b', 'c']) await client.call(ofDevices.create, { registryId, name });
  const list = ofDevices.list;
  const inRest = await api.must('GET', `${paths.device}?registryId=${registryId}&pageSize=2`);
  const first = await client.call(list, { id: { case: 'registryId', value: registryId }, pageSize: 2n });
  expect(asJson(list.output, { ...first, nextPageToken: '' })).toEqual({ devices: inRest.devices });
  // A token of one edge is good for the other.
  const pageToken = first.nextPageToken;
  const query = new URLSearchParams({ registryId, pageSize: '2', pageToken });
  const rest = await api.must('GET', `${paths.device}?${query}`);
  const next = await client.call(list, {
    id: { case: 'registryId', value: registryId },
    pageSize: 2n,
    pageToken: inRest.nextPageToken,
  });
  expect(asJson(list.output, next)).toEqual(rest);
  expect(next.devices).toHaveLength(1);
  const byName = await client.call(ofDevices.getByName, { registryId, deviceName: 'b' });
  expect(asJson(ofDevices.getByName.output, byName)).toEqual(
    await api.must('GET', `${paths.device}:getByName?registryId=${registryId}&deviceName=b`),
  );
  const registry = await client.call(registries.getByName, { folderId: 'lists', registryName: 'listed' });
  expect(registry.id).toBe(registryId);
  const found = await client.call(folders.FolderService.method.list, {
    cloudId: 'iotcore',
    filter: 'name = "lists"',
  });
  expect(found.folders).toMatchObject([{ id: 'lists', name: 'lists', cloudId: 'iotcore', status: 1 }]);
});

test('an operation of one edge is read by the other, and those of our own extensions are plain structures', async () => {
  const client = GrpcClient.connect(installation());
  const { api } = installation();
  const { id: registryId } = await api.createRegistry({ folderId });
  const renamed = await client.call(registries.update, { registryId, name: 'renamed' });
  const { get, cancel } = operations.OperationService.method;
  expect(asJson(get.output, renamed)).toEqual(await api.must('GET', `/operations/${renamed.id}`));
  expect(await client.call(cancel, { operationId: renamed.id })).toEqual(renamed);

  await api.must('PUT', `/ext/v1/registries/${registryId}/passwordAdoption`, {
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
  });
  const { operations: listed } = await client.call(registries.listOperations, { registryId });
  expect(listed).toHaveLength(3);
  expect(listed[0]?.metadata?.typeUrl).toBe('type.googleapis.com/google.protobuf.Struct');
});

test('GET /endpoints names every service at the address of gRPC, whichever port is asked', async () => {
  const { api, apiTlsPort } = installation();
  const { endpoints } = await api.must('GET', '/endpoints');
  expect(endpoints).toContainEqual({ id: 'iot-devices', address: `127.0.0.1:${apiTlsPort}` });
  expect(endpoints).toContainEqual({ id: 'iotbroker', address: `127.0.0.1:${apiTlsPort}` });
  const anybody = { token: null };
  expect(await api.call('GET', '/endpoints/iam', undefined, anybody)).toMatchObject({
    status: 200,
    body: { id: 'iam', address: `127.0.0.1:${apiTlsPort}` },
  });
  expect(await api.call('GET', '/endpoints/compute', undefined, anybody)).toMatchObject({
    status: 404,
    body: { code: 5 },
  });
});
