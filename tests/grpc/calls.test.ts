import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { createId } from '@iotcore/model';
import {
  BadRequestSchema,
  broker,
  device,
  devices,
  iam,
  messages,
  operations,
  StatusSchema,
} from '@iotcore/proto';
import { fullTest, sharedInstallation } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { GrpcClient, refusalOf } from './support/client.ts';

const installation = sharedInstallation();
const registries = devices.RegistryService.method;
const folderId = 'grpc';

describe('a call is refused', () => {
  test('without credentials, before its message is checked', async () => {
    const client = GrpcClient.connect(installation());
    const error = await refusalOf(client.call(registries.create, {}, { authorization: '' }));
    expect(error).toMatchObject({ code: status.UNAUTHENTICATED });
  });

  test('with every bad field named as the .proto files name it', async () => {
    const client = GrpcClient.connect(installation());
    const request = { name: 'bad name', certificates: [{}, { certificateData: 'x' }] };
    const error = await refusalOf(client.call(registries.create, request));
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.details).toContain('folder_id: Required.');
    const [bytes] = error.metadata.get('grpc-status-details-bin');
    const { code, details } = fromBinary(StatusSchema, bytes as Buffer);
    expect(code).toBe(status.INVALID_ARGUMENT);
    const violations = details.flatMap((any) => anyUnpack(any, BadRequestSchema)?.fieldViolations ?? []);
    expect(violations.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['folder_id', 'name', 'certificates[1].certificate_data']),
    );
  });

  test('for an ID that is not there, with NOT_FOUND and the ID of the request in the initial headers', async () => {
    const client = GrpcClient.connect(installation());
    const error = await refusalOf(client.call(registries.get, { registryId: 'are00000000000000000' }));
    expect(error).toMatchObject({ code: status.NOT_FOUND, details: 'Registry not found.' });
    expect(error.headers.get('x-request-id')).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  });

  test('for a method that nobody serves, with UNIMPLEMENTED and what to do instead', async () => {
    const client = GrpcClient.connect(installation());
    const { revoke } = iam.IamTokenService.method;
    const error = await refusalOf(client.call(revoke, { iamToken: 't1.a.b' }, { authorization: '' }));
    expect(error).toMatchObject({
      code: status.UNIMPLEMENTED,
      details: expect.stringContaining('delete the key'),
    });
  });
});

test('a registry is created, found by REST, changed by mask, listed and deleted', async () => {
  const client = GrpcClient.connect(installation());
  const { api } = installation();
  const created = await client.call(registries.create, { folderId, name: 'one', labels: { a: '' } });
  expect(created).toMatchObject({ done: true, description: 'Create registry' });
  const metadata = anyUnpack(created.metadata as never, messages);
  expect(metadata).toMatchObject({ $typeName: 'yandex.cloud.iot.devices.v1.CreateRegistryMetadata' });
  const { registryId } = metadata as unknown as { registryId: string };
  expect(await api.must('GET', `/iot-devices/v1/registries/${registryId}`)).toMatchObject({
    name: 'one',
    labels: { a: '' },
  });

  await client.call(registries.update, {
    registryId,
    updateMask: { paths: ['description'] },
    name: 'ignored',
    description: 'changed',
  });
  const got = await client.call(registries.get, { registryId });
  expect(got).toMatchObject({ id: registryId, name: 'one', description: 'changed', status: 2 });
  const listed = await client.call(registries.list, { folderId });
  expect(listed.registries.map(({ id }) => id)).toEqual([registryId]);

  const again = await client.call(operations.OperationService.method.get, { operationId: created.id });
  expect(again).toEqual(created);
  const deleted = await client.call(registries.delete, { registryId });
  expect(deleted.result).toMatchObject({ case: 'response' });
  expect((await refusalOf(client.call(registries.get, { registryId }))).code).toBe(status.NOT_FOUND);
});

test('a broker that REST created is read by gRPC', async () => {
  const client = GrpcClient.connect(installation());
  const { response } = await installation().api.must('POST', '/iot-broker/v1/brokers', {
    folderId,
    name: 'b',
  });
  expect(await client.call(broker.BrokerService.method.get, { brokerId: response.id })).toMatchObject({
    id: response.id,
    name: 'b',
  });
});

fullTest(
  'a page that a client of 4 MiB a message could not take ends early, and the next goes on after it',
  async () => {
    const { api } = installation();
    const { id: registryId } = await api.createRegistry();
    const count = 7000;
    // 256 letters of two bytes each.
    const description = 'ж'.repeat(256);
    const all = Array.from({ length: count }, (_, n) => ({
      id: createId(),
      registryId,
      name: `device-${n}`,
      description,
    }));
    for (let at = 0; at < count; at += 1000)
      await api.must('POST', '/ext/v1/import', { devices: all.slice(at, at + 1000) });

    // Takes messages of 4 MiB at most, as clients do that nobody has set otherwise.
    const client = GrpcClient.connect(installation());
    const found: string[] = [];
    const pages: number[] = [];
    let pageToken = '';
    do {
      const page = await client.call(device.DeviceService.method.list, {
        id: { case: 'registryId', value: registryId },
        pageSize: 20_000n,
        pageToken,
      });
      pages.push(page.devices.length);
      found.push(...page.devices.map(({ id }) => id));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(pages.length).toBe(2);
    expect(found.length).toBe(count);
    expect(new Set(found)).toEqual(new Set(all.map(({ id }) => id)));
  },
);
