/** Exports to data streams, as the clients of the old service add them: by gRPC, and by REST beside it. */
import { type MessageShape, toJson } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { devices, messages } from '@iotcore/proto';
import { sharedInstallation } from '@iotcore/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { expectRefusal, expectViolations } from '../api/support/answers.ts';
import { GrpcClient, refusalOf } from '../grpc/support/client.ts';

const installation = sharedInstallation();
const registries = devices.RegistryService.method;
type DataStreamExport = MessageShape<
  typeof registries.listDataStreamExports.output
>['dataStreamExports'][number];
let registryId: string;
let path: string;

const given = {
  name: 'telemetry',
  mqttTopicFilter: '$devices/+/events/#',
  database: '/ru-central1/b1gcloud/etndatabase',
  stream: 'telemetry',
  serviceAccountId: 'ajewriter',
};

beforeEach(async () => {
  const folderId = `streams-${Math.random().toString(36).slice(2)}`;
  registryId = (await installation().api.createRegistry({ folderId })).id;
  path = `/ext/v1/registries/${registryId}/dataStreamExports`;
});

test('what gRPC adds is an export to Kafka as the operator has set it up; both edges list and delete it', async () => {
  const { api } = installation();
  const client = GrpcClient.connect(installation());
  const { result, metadata } = await client.call(registries.addDataStreamExport, { registryId, ...given });
  if (result.case !== 'response') throw new Error(`the operation ended in ${result.case}`);
  const made = anyUnpack(result.value, messages) as DataStreamExport | undefined;
  expect(made).toMatchObject({ ...given, registryId });
  const id = made?.id ?? '';
  expect(
    metadata && toJson(devices.AddDataStreamExportMetadataSchema, anyUnpack(metadata, messages) as never),
  ).toEqual({ registryId, dataStreamExportId: id });

  const { dataStreamExports } = await client.call(registries.listDataStreamExports, { registryId });
  expect(dataStreamExports).toMatchObject([{ id, ...given, registryId }]);
  expect((await api.must('GET', path)).dataStreamExports).toMatchObject([{ id, ...given, registryId }]);
  const { target, source, name } = await api.must('GET', `/ext/v1/exports/${id}`);
  expect({ name, source }).toEqual({
    name: 'telemetry',
    source: { registryId, mqttTopicFilter: '$devices/+/events/#' },
  });
  expect(target).toEqual({
    kafka: {
      bootstrapServers: ['kafka.example.com:9093'],
      topic: 'telemetry',
      format: 'YDS_JSON',
      mechanism: 'PLAIN',
      username: '@/ru-central1/b1gcloud/etndatabase',
      dataStream: { database: given.database, serviceAccountId: 'ajewriter' },
    },
  });

  await client.call(registries.deleteDataStreamExport, { registryId, dataStreamExportId: id });
  const { auditEvents } = await api.must('GET', `/ext/v1/auditEvents?resourceId=${registryId}`);
  const details = auditEvents.map((event: { details?: unknown }) => event.details);
  expect(details).toContainEqual(expect.objectContaining({ owedMessages: '0' }));
  expectRefusal(await api.call('GET', `/ext/v1/exports/${id}`), 'NOT_FOUND');
  expect((await api.must('GET', path)).dataStreamExports).toEqual([]);
});

describe('is refused', () => {
  test.each([
    ['no database', { database: undefined }, 'database'],
    ['a database with a blank', { database: '/a b' }, 'database'],
    ['no stream', { stream: undefined }, 'stream'],
    ['a stream that no topic is named like', { stream: 'a b' }, 'stream'],
    ['a filter of another registry', { mqttTopicFilter: '$registries/other/events' }, 'mqttTopicFilter'],
    ['a filter that is none', { mqttTopicFilter: 'a/#/b' }, 'mqttTopicFilter'],
    ['a name that is none', { name: 'Ä' }, 'name'],
    ['a field that there is not', { password: 'mine' }, 'password'],
  ])('%s', async (_, fields, field) => {
    const { api } = installation();
    expectViolations(await api.call('POST', path, { ...given, ...fields }), field);
    expect((await api.must('GET', path)).dataStreamExports).toEqual([]);
  });

  test('by gRPC with the names of its own fields', async () => {
    const client = GrpcClient.connect(installation());
    const error = await refusalOf(
      client.call(registries.addDataStreamExport, { registryId, database: '/a', mqttTopicFilter: 'a/#/b' }),
    );
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.details).toContain('stream');
  });

  test('deleting what is of another registry, or no export to a data stream', async () => {
    const { api } = installation();
    const source = { registryId };
    const pulled = await api.must('POST', '/ext/v1/exports', { source, target: { pull: {} } });
    const other = await api.createRegistry();
    const foreign = await api.must('POST', `/ext/v1/registries/${other.id}/dataStreamExports`, given);
    for (const { response } of [pulled, foreign])
      expectRefusal(await api.call('DELETE', `${path}/${response.id}`), 'NOT_FOUND');
    await api.must('GET', `/ext/v1/exports/${pulled.response.id}`);
    await api.must('GET', `/ext/v1/exports/${foreign.response.id}`);
  });
});

test('an export whose target was changed is one to a data stream no longer', async () => {
  const { api } = installation();
  const { response } = await api.must('POST', path, { ...given, paused: true });
  const one = `/ext/v1/exports/${response.id}`;
  expect((await api.must('GET', one)).paused).toBe(true);
  await api.must('PATCH', one, { target: { pull: {} }, updateMask: 'target' });
  expect((await api.must('GET', path)).dataStreamExports).toEqual([]);
  expectRefusal(await api.call('DELETE', `${path}/${response.id}`), 'NOT_FOUND');
});
