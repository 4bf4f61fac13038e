/** What each port of the API serves, and to whom: REST and gRPC inside TLS, cleartext HTTP/2 behind a proxy. */
import { ApiEndpointService, devices } from '@iotcore/proto';
import { eventually, fullTest, sharedInstallation, startInstallation } from '@iotcore/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { GrpcClient } from './support/client.ts';
import { overHttp1, overHttp2, type RestAnswer } from './support/rest.ts';

const address = 'iot.example.com:443';
const installation = sharedInstallation({
  programs: ['api'],
  env: { IOT_API_GRPC_PORT: '0', IOT_GRPC_ADDRESS: address, IOT_API_TRUSTED_PROXIES: '127.0.0.1/32' },
});
const path = '/iot-devices/v1/registries';

test.each([
  ['HTTP/2', overHttp2],
  ['HTTP/1.1', overHttp1],
])('REST inside TLS lives its life over %s', async (_, open) => {
  const call = await open(installation());
  const anonymous = await call('POST', path, { folderId: 'ports' }, { authorization: 'Bearer none' });
  expect(anonymous).toMatchObject({ status: 401, body: { code: 16 } });
  expect(anonymous.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(await call('POST', path, { folderId: 'ports', colour: 'red' })).toMatchObject({
    status: 400,
    body: { code: 3, details: [{ fieldViolations: [{ field: 'colour' }] }] },
  });
  const huge = await call('POST', path, { folderId: 'ports', description: 'x'.repeat(2 << 20) });
  expect(huge.status).toBe(413);
  const created = await call('POST', path, { folderId: 'ports', description: 'x' });
  expect(created.status).toBe(200);
  const { id } = created.body['response'] as { id: string };
  expect(await call('GET', `${path}/${id}`)).toMatchObject({ status: 200, body: { description: 'x' } });
  expect(await call('GET', `${path}?folderId=ports&folderId=other`)).toMatchObject({ status: 400 });
  expect(await call('DELETE', `${path}/${id}`)).toMatchObject({ status: 200, body: { done: true } });
  expect(await call('GET', `${path}/${id}`)).toMatchObject({ status: 404, body: { code: 5 } });
  expect(await call('GET', '/no/such/path')).toMatchObject({ status: 404 });
  expect(await call('GET', '/endpoints/iam')).toMatchObject({ status: 200, body: { id: 'iam', address } });
});

describe('REST answers the same over HTTP/2 as over HTTP/1.1', () => {
  const folderId = 'ports-same';
  let id: string;

  beforeAll(async () => {
    const { api } = installation();
    const { response } = await api.must('POST', path, { folderId, name: 'same', labels: { site: 'north' } });
    id = response.id;
    await api.must('POST', `${path}/${id}/passwords`, { password: '0123456789_abcd' });
  });

  /** All that a client sees of an answer, apart from what is of this call or of the protocol. */
  function seen({ status, headers, text }: RestAnswer) {
    const ofProtocol = /^(:status|date|connection|keep-alive|transfer-encoding|x-request-id)$/;
    const others = Object.entries(headers).filter(([name]) => !ofProtocol.test(name));
    return { status, headers: Object.fromEntries(others), text };
  }

  const json = { 'content-type': 'application/json' };
  const asked: readonly [string, number, () => Parameters<Awaited<ReturnType<typeof overHttp2>>>][] = [
    ['to a read', 200, () => ['GET', `${path}/${id}`]],
    ['to a look-up by name', 200, () => ['GET', `${path}:getByName?folderId=${folderId}&registryName=same`]],
    ['to a list', 200, () => ['GET', `${path}?folderId=${folderId}&pageSize=1`]],
    ['to a list of what a registry has', 200, () => ['GET', `${path}/${id}/passwords`]],
    ['to HEAD', 200, () => ['HEAD', `${path}/${id}`]],
    ['to a call without credentials', 401, () => ['GET', path, undefined, { authorization: '' }]],
    ['to JSON that is none', 400, () => ['POST', path, '{"folderId":']],
    ['to another type than JSON', 415, () => ['POST', path, 'a=b', { 'content-type': 'text/plain' }]],
    ['to a field that is not there', 400, () => ['PATCH', `${path}/${id}`, { colour: 'red' }]],
    ['to an empty body', 400, () => ['POST', path, '', json]],
    ['to a name that is taken', 409, () => ['POST', path, { folderId, name: 'same' }]],
    ['to a method that is not there', 405, () => ['PUT', `${path}/${id}`, {}]],
    ['to a key that is no UUID', 400, () => ['POST', path, { folderId }, { 'idempotency-key': 'x' }]],
  ];

  test.each(asked)('%s', async (_, status, request) => {
    const [byHttp2, byHttp1] = [await overHttp2(installation()), await overHttp1(installation())];
    const answer = await byHttp2(...request());
    expect(answer.status).toBe(status);
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(seen(answer)).toEqual(seen(await byHttp1(...request())));
  });

  test('and a key that one of them has used is known to the other', async () => {
    const [byHttp2, byHttp1] = [await overHttp2(installation()), await overHttp1(installation())];
    const key = { 'idempotency-key': crypto.randomUUID() };
    const created = await byHttp2('POST', path, { folderId }, key);
    expect(created.status).toBe(200);
    expect((await byHttp1('POST', path, { folderId }, key)).body).toEqual(created.body);
  });
});

test('the cleartext port serves what a proxy passes on, for the client that the proxy names', async () => {
  const client = GrpcClient.connectCleartext(installation());
  const metadata = { 'x-forwarded-for': '192.0.2.7' };
  const { list } = ApiEndpointService.method;
  const { endpoints } = await client.call(list, {}, { authorization: '', metadata });
  expect(new Set(endpoints.map((one) => one.address))).toEqual(new Set([address]));
  await client.call(devices.RegistryService.method.create, { folderId: 'ports-proxied' }, { metadata });
  const { api } = installation();
  const event = await eventually('the audit event', async () => {
    const { auditEvents } = await api.must('GET', '/ext/v1/auditEvents?folderId=ports-proxied');
    return auditEvents[0];
  });
  expect(JSON.stringify(event)).toContain('192.0.2.7');
});

fullTest('an empty IOT_API_TLS_PORT switches off what is served inside TLS, and nothing else', async () => {
  const database = installation().databaseUrl ?? '';
  const plain = await startInstallation({ programs: ['api'], database, env: { IOT_API_TLS_PORT: '' } });
  expect(() => plain.apiTlsPort).toThrow();
  expect((await fetch(`${plain.apiUrl}/livez`)).status).toBe(200);
});
