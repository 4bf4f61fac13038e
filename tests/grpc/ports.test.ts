/** What each port of the API serves, and to whom: REST and gRPC inside TLS, cleartext HTTP/2 behind a proxy. */
import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { ApiEndpointService, devices } from '@iotcore/proto';
import { eventually, sharedInstallation, startInstallation } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { GrpcClient } from './support/client.ts';

const address = 'iot.example.com:443';
const installation = sharedInstallation({
  programs: ['api'],
  env: { IOT_API_GRPC_PORT: '0', IOT_GRPC_ADDRESS: address, IOT_API_TRUSTED_PROXIES: '127.0.0.1/32' },
});
const path = '/iot-devices/v1/registries';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: { readonly [field: string]: unknown };
}
type Call = (
  method: string,
  path: string,
  body?: object,
  headers?: Record<string, string>,
) => Promise<Answer>;

const headersOf = (body: object | undefined) => ({
  authorization: `Bearer ${installation().adminToken}`,
  ...(body && { 'content-type': 'application/json' }),
});

async function overHttp2(): Promise<Call> {
  const { apiTlsPort, caPem } = installation();
  const session: ClientHttp2Session = connect(`https://localhost:${apiTlsPort}`, { ca: caPem });
  onTestFinished(() => session.destroy());
  await once(session, 'connect');
  expect(session.alpnProtocol).toBe('h2');
  return async (method, path, body, headers) => {
    const stream = session.request({ ':method': method, ':path': path, ...headersOf(body), ...headers });
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    stream.end(body && JSON.stringify(body));
    const [answered] = await once(stream, 'response');
    await once(stream, 'close');
    return { status: answered[':status'], headers: answered, body: text === '' ? {} : JSON.parse(text) };
  };
}

async function overHttp1(): Promise<Call> {
  const { apiTlsPort: port, caPem: ca } = installation();
  return async (method, path, body, headers) => {
    const request = httpsRequest({
      host: 'localhost',
      port,
      ca,
      method,
      path,
      headers: { ...headersOf(body), ...headers },
    });
    request.end(body && JSON.stringify(body));
    const [response] = await once(request, 'response');
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return {
      status: response.statusCode,
      headers: response.headers,
      body: text === '' ? {} : JSON.parse(text),
    };
  };
}

test.each([
  ['HTTP/2', overHttp2],
  ['HTTP/1.1', overHttp1],
])('REST inside TLS lives its life over %s', async (_, open) => {
  const call = await open();
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

test('an empty IOT_API_TLS_PORT switches off what is served inside TLS, and nothing else', async () => {
  const database = installation().databaseUrl ?? '';
  const plain = await startInstallation({ programs: ['api'], database, env: { IOT_API_TLS_PORT: '' } });
  expect(() => plain.apiTlsPort).toThrow();
  expect((await fetch(`${plain.apiUrl}/livez`)).status).toBe(200);
});
