import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { readSettings, StartupError } from '@iotcore/process';
import { listen } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { adminPorts } from '../processes/mqtt-processes.ts';
import { requireFreePorts } from './free-ports.ts';

const free = {
  IOT_API_TLS_PORT: '0',
  ...{ IOT_API_PORT: '0', IOT_MQTTS_PORT: '0', IOT_MQTT_PORT: '0', IOT_MQTT_ADMIN_PORT: '0' },
  IOT_MQTTS_HOST: '127.0.0.1',
};
const { signal } = new AbortController();
const refusal = (env: Record<string, string>, mqttProcesses = 1) => {
  const settings = readSettings({ ...free, ...env });
  return requireFreePorts(settings, adminPorts(settings, mqttProcesses), 0, signal).catch(
    (error: Error) => error,
  );
};

async function anyPort(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return { server, port: address.port };
}

/** A port that is held, while the one before it is free: it may be anybody's. */
async function portAfterFreeOne(): Promise<{ server: Server; port: number }> {
  for (;;) {
    const { server, port } = await anyPort();
    const before = createServer();
    const isFree = await new Promise((resolve) => {
      before.once('error', () => resolve(false));
      before.listen(port - 1, () => resolve(true));
    });
    if (isFree) {
      await new Promise((resolve) => before.close(resolve));
      return { server, port };
    }
    await new Promise((resolve) => server.close(resolve));
  }
}

test('taken ports are named together, each by its setting', async () => {
  const [one, other] = [await listen(() => {}), await listen(() => {})];
  const error = await refusal({ IOT_API_PORT: String(one), IOT_MQTT_PORT: String(other) });
  expect(error).toBeInstanceOf(StartupError);
  expect(String(error)).toMatch(new RegExp(`IOT_API_PORT: port ${one} .*\nIOT_MQTT_PORT: port ${other} `));
});

test('two settings with one port are refused', async () => {
  const { server, port } = await anyPort();
  await new Promise((resolve) => server.close(resolve));
  const error = await refusal({ IOT_API_PORT: String(port), IOT_MQTT_ADMIN_PORT: String(port) });
  expect(String(error)).toContain(`IOT_MQTT_ADMIN_PORT: port ${port}`);
  expect(String(error)).not.toContain('IOT_API_PORT');
});

test('the admin ports of all MQTT processes are looked at, and those that another setting names', async () => {
  const { server, port } = await portAfterFreeOne();
  const first = { IOT_MQTT_ADMIN_PORT: String(port - 1) };
  expect(await refusal(first, 1)).toBeUndefined();
  expect(String(await refusal(first, 2))).toContain(`IOT_MQTT_ADMIN_PORT: port ${port} `);
  await new Promise((resolve) => server.close(resolve));
  expect(String(await refusal({ ...first, IOT_API_PORT: String(port) }, 2))).toContain(
    `IOT_MQTT_ADMIN_PORT: port ${port} `,
  );
});

test('a port that becomes free while one waits is no trouble', async () => {
  const { server, port } = await anyPort();
  const settings = readSettings({ ...free, IOT_API_PORT: String(port) });
  const waiting = requireFreePorts(settings, [0], 10_000, signal);
  server.close();
  await waiting;
});

test('what is switched off, and what may be any port, is never taken', async () => {
  expect(await refusal({ IOT_MQTT_PORT: '' })).toBeUndefined();
});
