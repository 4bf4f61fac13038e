/** Every code of the catalogue, as a client of gRPC meets it: its number, its message, its details, and what did not happen. */
import { randomUUID } from 'node:crypto';
import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { type ServiceError, status } from '@grpc/grpc-js';
import { broker, device, devices, iam, messages, registryData, StatusSchema } from '@iotcore/proto';
import { openDatabase } from '@iotcore/store';
import {
  eventually,
  type Installation,
  makeCertificate,
  sharedInstallation,
  startInstallation,
} from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { GrpcClient, refusalOf } from './support/client.ts';

const installation = sharedInstallation({
  env: {
    // Calls count for a day: how fast the machine makes them changes nothing.
    ...{ IOT_API_CALLS_PER_SECOND: '400', IOT_INTERNAL_API_RATE_WINDOW_MS: '86400000' },
    IOT_QUOTA_BROKERS_PER_FOLDER: '1',
  },
});
const registries = devices.RegistryService.method;
const ofDevices = device.DeviceService.method;
const brokers = broker.BrokerService.method;
const folderId = 'errors';

/** The details of an error, by the names of their types; the status itself must say the same as the trailers. */
function detailsOf(error: ServiceError): Record<string, unknown> {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  if (bytes === undefined) return {};
  const { code, message, details } = fromBinary(StatusSchema, bytes as Buffer);
  expect({ code, message }).toEqual({ code: error.code, message: error.details });
  return Object.fromEntries(
    details.map((any) => [any.typeUrl.replace(/^.*\./, ''), anyUnpack(any, messages)]),
  );
}

async function fieldsOf(call: Promise<unknown>): Promise<string[]> {
  const error = await refusalOf(call);
  expect(error.code).toBe(status.INVALID_ARGUMENT);
  const { BadRequest } = detailsOf(error) as { BadRequest?: { fieldViolations: { field: string }[] } };
  return (BadRequest?.fieldViolations ?? []).map(({ field }) => field);
}

/** An account with one role, by its API key. */
async function accountWith(role: string): Promise<string> {
  const { api } = installation();
  const name = `errors-${randomUUID()}`;
  const { response } = await api.must('POST', '/ext/v1/serviceAccounts', { folderId, name });
  const path = `/ext/v1/serviceAccounts/${response.id}`;
  await api.must('POST', `${path}/roleBindings`, { folderId, role });
  return `Api-Key ${(await api.must('POST', `${path}/apiKeys`, {})).secret}`;
}

describe('INVALID_ARGUMENT names the field', () => {
  test.each<[string, object, string[]]>([
    ['an empty ID', {}, ['registry_id']],
    ['an ID of more than 50 characters', { registryId: 'a'.repeat(51) }, ['registry_id']],
  ])('of %s', async (_, request, fields) => {
    const client = GrpcClient.connect(installation());
    expect(await fieldsOf(client.call(registries.get, request))).toEqual(fields);
  });

  test.each<[string, string[]]>([
    ['an empty path', ['']],
    ['an unknown path', ['colour']],
    ['an immutable path', ['folder_id']],
    ['an unknown part', ['log_options.colour']],
    ['two paths in one', ['name,description']],
  ])('of a mask with %s, and nothing changes', async (_, paths) => {
    const client = GrpcClient.connect(installation());
    const { id } = await installation().api.createRegistry({ folderId });
    const request = { registryId: id, updateMask: { paths }, description: 'changed' };
    expect(await fieldsOf(client.call(registries.update, request))).toEqual(['update_mask']);
    expect((await client.call(registries.get, { registryId: id })).description).toBe('');
  });

  test.each([-1n, 1001n, 2n ** 62n])('of a page of %d', async (pageSize) => {
    const client = GrpcClient.connect(installation());
    expect(await fieldsOf(client.call(registries.list, { folderId, pageSize }))).toEqual(['page_size']);
  });

  test('of a page of more than 20,000 devices, of a token of another list, of a label', async () => {
    const client = GrpcClient.connect(installation());
    const id = { case: 'folderId', value: folderId } as const;
    expect(await fieldsOf(client.call(ofDevices.list, { id, pageSize: 20_001n }))).toEqual(['page_size']);
    expect(await fieldsOf(client.call(ofDevices.list, { id, pageToken: 'x' }))).toEqual(['page_token']);
    const labels = { Bad_Key: 'x' };
    const [field] = await fieldsOf(client.call(registries.create, { folderId, labels }));
    expect(field).toBe('labels');
  });
});

test('UNAUTHENTICATED says one thing, whatever was wrong', async () => {
  const client = GrpcClient.connect(installation());
  for (const authorization of ['', 'Bearer x', 'Bearer t1.a.b', 'Api-Key x', 'Basic eDp5']) {
    const error = await refusalOf(client.call(registries.list, { folderId }, { authorization }));
    expect(error).toMatchObject({
      code: status.UNAUTHENTICATED,
      details: expect.stringMatching(/^No valid/),
    });
  }
  const token = { case: 'yandexPassportOauthToken', value: 'y0_AgAAAAD' } as const;
  const error = await refusalOf(client.call(iam.IamTokenService.method.create, { identity: token }));
  expect(error).toMatchObject({
    code: status.UNAUTHENTICATED,
    details: expect.stringContaining('of Yandex'),
  });
});

test('PERMISSION_DENIED where the caller may look, NOT_FOUND where it may not', async () => {
  const client = GrpcClient.connect(installation());
  const { id } = await installation().api.createRegistry({ folderId });
  const { id: foreign } = await installation().api.createRegistry({ folderId: 'errors-of-others' });
  const viewer = { authorization: await accountWith('viewer') };
  expect(await client.call(registries.get, { registryId: id }, viewer)).toMatchObject({ id });
  const change = (registryId: string) =>
    refusalOf(client.call(registries.update, { registryId, description: 'changed' }, viewer));
  expect((await change(id)).code).toBe(status.PERMISSION_DENIED);
  expect((await change(foreign)).code).toBe(status.NOT_FOUND);
  expect((await client.call(registries.get, { registryId: id })).description).toBe('');
});

test('NOT_FOUND for whatever has not the form of an ID', async () => {
  const client = GrpcClient.connect(installation());
  for (const registryId of ['greenhouse', 'x', 'ARE00000000000000000', '../..', 'a'.repeat(50), 'имя'])
    expect((await refusalOf(client.call(registries.get, { registryId }))).code).toBe(status.NOT_FOUND);
});

test('ALREADY_EXISTS for a name that is taken', async () => {
  const client = GrpcClient.connect(installation());
  const request = { folderId, name: 'taken' };
  await client.call(registries.create, request);
  const error = await refusalOf(client.call(registries.create, request));
  expect(error.code).toBe(status.ALREADY_EXISTS);
  expect(detailsOf(error)).toEqual({});
});

test('ALREADY_EXISTS for a certificate that another resource has', async () => {
  const client = GrpcClient.connect(installation());
  const certificates = [{ certificateData: (await makeCertificate()).certPem }];
  await client.call(registries.create, { folderId, certificates });
  const error = await refusalOf(client.call(registries.create, { folderId, certificates }));
  expect(error.code).toBe(status.ALREADY_EXISTS);
});

test('FAILED_PRECONDITION for a registry that is not empty, or is disabled', async () => {
  const client = GrpcClient.connect(installation());
  const { api } = installation();
  const { id: registryId } = await api.createRegistry({ folderId });
  await api.createDevice(registryId);
  const { code } = await refusalOf(client.call(registries.delete, { registryId }));
  expect(code).toBe(status.FAILED_PRECONDITION);
  await client.call(registries.disable, { registryId });
  const message = { registryId, topic: `$registries/${registryId}/events`, data: Buffer.from('x') };
  const refused = await refusalOf(client.call(registryData.RegistryDataService.method.publish, message));
  expect(refused.code).toBe(status.FAILED_PRECONDITION);
});

test('RESOURCE_EXHAUSTED without a time for a quota, and with one for a rate', async () => {
  const client = GrpcClient.connect(installation());
  await client.call(brokers.create, { folderId });
  const full = await refusalOf(client.call(brokers.create, { folderId }));
  expect(full.code).toBe(status.RESOURCE_EXHAUSTED);
  expect(detailsOf(full)).toEqual({});

  const authorization = await accountWith('viewer');
  const calls = Array.from({ length: 401 }, () =>
    client.call(registries.list, { folderId }, { authorization }),
  );
  const outcomes = await Promise.allSettled(calls);
  const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as ServiceError] : []));
  expect(refused.map(({ code }) => code)).toEqual([status.RESOURCE_EXHAUSTED]);
  const { RetryInfo } = detailsOf(refused[0] as ServiceError) as {
    RetryInfo?: { retryDelay: { seconds: bigint } };
  };
  // One of the 400 calls comes back every 216 s.
  expect(RetryInfo?.retryDelay.seconds).toBeGreaterThan(0n);
  expect(RetryInfo?.retryDelay.seconds).toBeLessThanOrEqual(216n);
});

test('UNIMPLEMENTED says what to do', async () => {
  const client = GrpcClient.connect(installation());
  const { id: registryId } = await installation().api.createRegistry({ folderId });
  const { createForServiceAccount } = iam.IamTokenService.method;
  const error = await refusalOf(client.call(createForServiceAccount, { serviceAccountId: 'x' }));
  expect(error).toMatchObject({
    code: status.UNIMPLEMENTED,
    details: expect.stringContaining('exchange a JWT'),
  });
  expect(await client.call(registries.listDataStreamExports, { registryId })).toMatchObject({
    dataStreamExports: [],
  });
  const missing = { registryId, dataStreamExportId: 'x' };
  expect((await refusalOf(client.call(registries.deleteDataStreamExport, missing))).code).toBe(
    status.NOT_FOUND,
  );
});

describe('an idempotency-key', () => {
  const withKey = (key: string) => ({ metadata: { 'idempotency-key': key } });
  const list = async (client: GrpcClient, folderId: string) =>
    (await client.call(registries.list, { folderId })).registries.length;

  test('makes a call happen once, and is ABORTED with another request', async () => {
    const client = GrpcClient.connect(installation());
    const key = withKey(randomUUID());
    const request = { folderId: 'keys', description: 'once' };
    const first = await client.call(registries.create, request, key);
    expect(await client.call(registries.create, request, key)).toEqual(first);
    const error = await refusalOf(client.call(registries.create, { folderId: 'keys' }, key));
    expect(error.code).toBe(status.ABORTED);
    expect(await list(client, 'keys')).toBe(1);
  });

  test('is another one for another method, and the same as in REST', async () => {
    const client = GrpcClient.connect(installation());
    const key = randomUUID();
    const created = await client.call(registries.create, { folderId: 'methods' }, withKey(key));
    const { registries: all } = await client.call(registries.list, { folderId: 'methods' });
    const registryId = all[0]?.id ?? '';
    // As the Node SDK does: one key for every call of a session.
    const password = await client.call(
      registries.addPassword,
      { registryId, password: '0123456789_abcd' },
      withKey(key),
    );
    expect(password.id).not.toBe(created.id);
    await client.call(registries.disable, { registryId }, withKey(key));
    expect((await client.call(registries.get, { registryId }, withKey(key))).status).toBe(4);
    const { body } = await installation().api.call(
      'POST',
      '/iot-devices/v1/registries',
      { folderId: 'methods' },
      { headers: { 'idempotency-key': key } },
    );
    expect(body.id).toBe(created.id);
    expect(await list(client, 'methods')).toBe(1);
  });

  test('that is no UUID is refused where it counts, and ignored elsewhere', async () => {
    const client = GrpcClient.connect(installation());
    const noUuid = withKey('no UUID');
    const { id: registryId } = await installation().api.createRegistry({ folderId: 'no-uuid' });
    for (const refused of [
      () => client.call(registries.create, { folderId: 'no-uuid' }, noUuid),
      () => client.call(registries.addPassword, { registryId, password: '0123456789_abcd' }, noUuid),
      () => client.call(registries.enable, { registryId }, noUuid),
    ])
      expect(await fieldsOf(refused())).toEqual(['idempotency-key']);
    await client.call(registries.update, { registryId, description: 'changed' }, noUuid);
    await client.call(registries.get, { registryId }, noUuid);
    await client.call(registries.delete, { registryId }, noUuid);
    expect(await list(client, 'no-uuid')).toBe(0);
  });
});

test('UNAVAILABLE, which may be repeated, where no MQTT server is there; INTERNAL says nothing of what broke', async () => {
  const alone = await startInstallation({ programs: ['api'] });
  const client = GrpcClient.connect(alone);
  const { id: registryId } = await alone.api.createRegistry({ folderId });
  const message = { registryId, topic: `$registries/${registryId}/events`, data: Buffer.from('x') };
  const unavailable = await refusalOf(client.call(registryData.RegistryDataService.method.publish, message));
  expect(unavailable.code).toBe(status.UNAVAILABLE);
  expect(detailsOf(unavailable)).toHaveProperty('RetryInfo');

  await breakTable(alone);
  const internal = await refusalOf(client.call(brokers.list, { folderId }));
  expect(internal).toMatchObject({
    code: status.INTERNAL,
    details: expect.stringMatching(/^Something went wrong here/),
  });
  expect(internal.details).not.toContain('brokers');
  await eventually('what broke, in the log', () =>
    alone.logs().includes('relation \\"brokers\\" does not exist'),
  );
});

/** A table is not where the API looks for it, as nothing but a mistake of ours could bring about. */
async function breakTable({ databaseUrl }: Installation): Promise<void> {
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const { pool, close } = openDatabase(databaseUrl, { logger: quiet, poolSize: 1 });
  onTestFinished(() => close());
  await pool.query('ALTER TABLE brokers RENAME TO gone');
}
