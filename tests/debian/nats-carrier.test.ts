/** What carries frames over NATS, beside a server that is restarted with other settings. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectNats } from '@iotcore/cluster/nats';
import { eventually } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { NatsServer } from './nats.ts';

test('a node whose account is refused again and again is connected once it is accepted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-nats-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const config = join(folder, 'nats.conf');
  writeFileSync(config, '');
  const nats = await NatsServer.start(onTestFinished, ['-c', config]);
  const refusals: string[] = [];
  const carrier = await connectNats({
    servers: [nats.url],
    prefix: 'iotcore',
    credentialsFile: undefined,
    caFile: undefined,
    name: 'a test',
    changed: (status, data) => {
      if (status === 'error') refusals.push(String((data as { error?: unknown }).error));
    },
  });
  onTestFinished(() => carrier.close());

  await nats.kill();
  writeFileSync(config, 'authorization { user: iotcore, password: secret-of-the-test }\n');
  await nats.start();
  await eventually('three refusals', () => refusals.length >= 3);
  expect(refusals.join()).toContain('Authorization');
  expect(carrier.isConnected).toBe(false);

  await nats.kill();
  writeFileSync(config, '');
  await nats.start();
  await eventually('the connection', () => carrier.isConnected);
});
