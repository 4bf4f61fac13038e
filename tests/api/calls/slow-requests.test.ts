/** Requests that never come to their end are cut off, over HTTP and inside TLS; others are served. */
import { sharedInstallation } from '@iotcore/testkit';
import { expect, test } from 'vitest';
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
