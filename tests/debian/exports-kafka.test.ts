/** Messages reach Kafka, as kcat reads them: its library plays the cluster (it has no SASL, no TLS and no idempotence). */
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { sharedInstallation, within } from '@iotcore/testkit';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { allowed, ExportFixture } from '../exports/support/exports.ts';

const installation = sharedInstallation({ programs: ['api', 'mqtt', 'export'], env: allowed });
let fixture: ExportFixture;

beforeAll(async () => {
  fixture = await ExportFixture.create(installation());
});

/** Its servers, for as long as the test lasts. */
async function startCluster(): Promise<string[]> {
  const arguments_ = ['-P', '-b', 'x', '-t', 't', '-X', 'test.mock.num.brokers=2', '-X', 'debug=mock'];
  const kcat = spawn('kcat', arguments_, { stdio: ['pipe', 'ignore', 'pipe'] });
  onTestFinished(() => void kcat.kill());
  const started = new Promise<string[]>((resolve) => {
    kcat.stderr.on('data', (text: Buffer) => {
      const [, servers] = /bootstrap\.servers=(\S+)/.exec(text.toString()) ?? [];
      if (servers) resolve(servers.split(','));
    });
  });
  return within(started, 'the cluster');
}

test('each message is a record, in the order of its device, with its device as the key', async () => {
  const bootstrapServers = await startCluster();
  const target = { kafka: { bootstrapServers, topic: 'telemetry', tls: 'DISABLE' } };
  const handle = await fixture.create({ target });
  await fixture.inForce(handle);
  const session = await fixture.device.connect();
  for (let n = 0; n < 100; n += 1) await session.publish(fixture.topic, String(n));
  await session.publish(fixture.topic, Buffer.from([0xff, 0]));
  await handle.drained();

  const read = ['-C', '-b', bootstrapServers[0] ?? '', '-t', 'telemetry', '-e', '-q', '-f', '%k %s\n'];
  const { stdout } = await promisify(execFile)('kcat', read);
  const records = stdout
    .trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(' ')), JSON.parse(line.slice(line.indexOf(' ') + 1))] as const)
    .filter(([, { payload }]) => payload !== 'in force?');
  const own = { device_id: fixture.device.id, mqtt_topic: fixture.topic };
  expect(records).toEqual([
    ...Array.from({ length: 100 }, (_, n) => [
      fixture.device.id,
      { ...own, payload: String(n), is_base64: false },
    ]),
    [fixture.device.id, { ...own, payload: '/wA=', is_base64: true }],
  ]);
});
