/** Messages reach a stream of NATS, once each, whatever is repeated. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@iotcore/testkit';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { ExportFixture, exportingInstallation } from '../exports/support/exports.ts';

const installation = exportingInstallation();
let fixture: ExportFixture;

beforeAll(async () => {
  fixture = await ExportFixture.create(installation());
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** For as long as the test lasts. */
async function startServer(): Promise<{ address: string; connection: NatsConnection }> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-nats-'));
  const port = await freePort();
  const server = spawn('nats-server', ['-js', '-a', '127.0.0.1', '-p', String(port), '-sd', folder], {
    stdio: 'ignore',
  });
  const address = `127.0.0.1:${port}`;
  const connection = await eventually('the server', () =>
    connect({ servers: address, reconnect: false }).catch(() => undefined),
  );
  onTestFinished(async () => {
    await connection.close();
    server.kill();
    await new Promise((resolve) => server.once('close', resolve));
    await rm(folder, { recursive: true });
  });
  return { address, connection };
}

test('an export says that no stream takes its messages; then each of them is there once, under its subject', async () => {
  const { address, connection } = await startServer();
  const nats = { servers: [address], subjectPrefix: 'iot', tls: 'DISABLE' };
  const handle = await fixture.create({ target: { nats }, retry: { maxInterval: '1s' } });
  await fixture.inForce(handle, `${fixture.topic}/level`);
  await expect.poll(async () => (await handle.state()).state).toBe('MISCONFIGURED');
  expect((await handle.state()).lastError).toContain('iot.>');
  const { streams } = await jetstreamManager(connection);
  await streams.add({ name: 'iot', subjects: ['iot.>'] });
  await handle.drained();
  const { head } = await handle.state();
  await handle.do('replay', { position: '0' });
  await handle.drained();
  const { state } = await streams.info('iot', { subjects_filter: '>' });
  expect(state.messages).toBe(Number(head));
  expect(Object.keys(state.subjects ?? {})).toEqual([
    `iot.${fixture.registry.id}.${fixture.device.id}.events.level`,
  ]);
});
