import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { BadRequestSchema, broker, devices, iam, messages, operations, StatusSchema } from '@iotcore/proto';
import { sharedInstallation } from '@iotcore/testkit';
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
