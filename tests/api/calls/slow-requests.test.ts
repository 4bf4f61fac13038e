/** Requests that never come to their end are cut off, over HTTP, inside TLS and over HTTP/2; others are served. */
import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { sharedInstallation } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { bothWaysInto, exchange, waysIn } from '../support/ways-in.ts';

const installation = sharedInstallation({
  programs: ['api'],
  // Ten seconds for headers, and thirty for a request, are long to wait for.
  env: { IOT_INTERNAL_API_RECEIVE_TIMEOUT_MS: '500' },
});
const entrance = bothWaysInto(installation);
const registries = '/iot-devices/v1/registries';

test.each(waysIn)('headers that do not end are cut off, over %s', async (way) => {
  const answer = await exchange(entrance(way), `GET ${registries} HTTP/1.1\r\nhost: x\r\nx-slow: `);
  expect(answer).toMatch(/^HTTP\/1\.1 408/);
  await installation().api.createRegistry();
});

test.each(waysIn)('a body that does not end is cut off, over %s', async (way) => {
  const headers = [
    `POST ${registries} HTTP/1.1`,
    'host: x',
    `authorization: Bearer ${installation().adminToken}`,
    'content-type: application/json',
    'content-length: 100',
  ];
  const answer = await exchange(entrance(way), `${headers.join('\r\n')}\r\n\r\n{"folderId"`);
  expect(answer).toMatch(/^HTTP\/1\.1 408/);
  await installation().api.createRegistry();
});

test('a body that does not end is reset, over HTTP/2, and the next request of the connection is served', async () => {
  const { apiTlsPort, caPem, adminToken } = installation();
  const session = connect(`https://localhost:${apiTlsPort}`, { ca: caPem });
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
  const stream = session.request({ ':method': 'POST', ':path': registries, ...headers });
  stream.on('error', () => {});
  stream.write('{"folderId"');
  stream.resume();
  await once(stream, 'close');
  expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
  const next = session.request({ ':path': `${registries}?folderId=slow`, ...headers });
  next.resume();
  expect((await once(next, 'response'))[0]).toMatchObject({ ':status': 200 });
});
