import { eventually, fullTest, startInstallation } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { createAccount } from '../support/accounts.ts';
import { newFolder } from '../support/folders.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const registries = '/iot-devices/v1/registries';
const installation = watchedInstallation({
  programs: ['api'],
  env: {
    IOT_API_METRICS_PORT: '0',
    IOT_API_CALLS_PER_SECOND: '30',
    // All calls of a test are made within it.
    IOT_INTERNAL_API_RATE_WINDOW_MS: '3600000',
  },
});

async function read(): Promise<string> {
  const response = await fetch(`${installation().apiMetricsUrl}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  return response.text();
}

/** Waits for a line, which is written after the answer that it counts. */
const line = (pattern: RegExp) =>
  eventually(`a line like ${pattern}`, async () => pattern.exec(await read()));

test('are not served where callers come, nor anything but them where Prometheus does', async () => {
  const { api, apiMetricsUrl } = installation();
  expect((await api.call('GET', '/metrics')).status).toBe(404);
  expect((await fetch(`${apiMetricsUrl}${registries}?folderId=f`)).status).toBe(404);
  expect((await fetch(`${apiMetricsUrl}/metrics`, { method: 'POST' })).status).toBe(404);
});

test('have no name that a caller chose', async () => {
  const { api } = installation();
  const name = newFolder();
  await api.call('GET', `/${name}`);
  await api.call('GET', `${registries}/${name}`);
  await api.call('GET', `${registries}?folderId=${name}&${name}=1`);
  await line(/^iotcore_api_requests_total\{operation="none",status="404"\} \d+$/m);
  await line(/^iotcore_api_requests_total\{operation="listRegistries",status="400"\} 1$/m);
  expect(await read()).not.toContain(name);
});

test('count calls by operation and status, and those beyond a rate', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const greedy = await createAccount(api, { folderId, role: 'viewer' });
  const calls = Array.from({ length: 50 }, () =>
    greedy.call('GET', `/iot-broker/v1/brokers?folderId=${folderId}`),
  );
  const refused = (await Promise.all(calls)).filter(({ status }) => status === 429).length;
  expect(refused).toBe(20);
  await line(/^iotcore_api_requests_total\{operation="listBrokers",status="200"\} 30$/m);
  await line(
    new RegExp(`^iotcore_api_requests_total\\{operation="listBrokers",status="429"\\} ${refused}$`, 'm'),
  );
  await line(new RegExp(`^iotcore_api_rate_limited_total\\{rate="calls"\\} ${refused}$`, 'm'));
});

test('tell what the process holds', async () => {
  const text = await read();
  for (const name of [
    'iotcore_api_connections',
    'iotcore_api_database_connections',
    'process_resident_memory_bytes',
    'iotcore_api_request_seconds_count',
  ]) {
    expect(Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])).toBeGreaterThan(0);
  }
});

fullTest('name the setting to change when their port is taken', async () => {
  const { port } = new URL(installation().apiMetricsUrl);
  const env = { IOT_API_METRICS_PORT: port };
  const second = await startInstallation({ programs: ['api'], env, waitUntilReady: false });
  await expect(second.ready()).rejects.toThrow(`IOT_API_METRICS_PORT: port ${port}`);
});
