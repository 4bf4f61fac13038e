/** Nodes over a NATS that wants TLS, and gives them an account of their own with no more than they need. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Command,
  eventually,
  makeCertificate,
  repositoryRoot,
  startInstallation,
  startPostgres,
} from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { twoNodes } from '../mqtt/support/cluster.ts';
import { createDevice, createRegistry } from '../mqtt/support/test-client.ts';
import { NatsServer } from './nats.ts';
import { makeNatsAccount, type Permissions } from './nats-account.ts';

const prefix = 'other-prefix';
const whatNodesNeed = { publish: `${prefix}.node.>`, subscribe: `${prefix}.node.>` };

/** The settings of nodes of such a NATS. */
async function startNats(permissions: Permissions) {
  const { config, caFile, credentialsFile } = await makeNatsAccount(permissions);
  const nats = await NatsServer.start(onTestFinished, ['-c', config]);
  return {
    IOT_NATS_SERVERS: nats.url.replace('nats://127.0.0.1', 'tls://localhost'),
    IOT_NATS_CA_FILE: caFile,
    IOT_NATS_CREDENTIALS_FILE: credentialsFile,
    IOT_NATS_PREFIX: prefix,
  };
}

const startAlone = (env: Record<string, string>) =>
  startInstallation({ programs: ['mqtt'], env, waitUntilReady: false });

test('a node that does not know the authority of its NATS, or names it as its certificate does not, refuses to start, and names the setting', async () => {
  const { IOT_NATS_CA_FILE, ...env } = await startNats(whatNodesNeed);
  const servers = env.IOT_NATS_SERVERS.replace('localhost', '127.0.0.1');
  const byAddress = await startAlone({ ...env, IOT_NATS_CA_FILE, IOT_NATS_SERVERS: servers });
  expect((await byAddress.program('mqtt').waitExit()).code).toBe(1);
  expect(byAddress.logs()).toContain(
    `IOT_NATS_SERVERS: ${servers}: its certificate is for DNS:localhost: name it so`,
  );
  const stranger = await makeCertificate({ commonName: 'another', authority: true });
  const first = await startAlone(env);
  const file = join(first.dataDir, 'another.pem');
  writeFileSync(file, stranger.certPem);
  const second = await startAlone({ ...env, IOT_NATS_CA_FILE: file });
  for (const node of [first, second]) {
    expect((await node.program('mqtt').waitExit()).code).toBe(1);
    expect(node.logs()).toMatch(/^mqtt: IOT_NATS_SERVERS: tls:.*IOT_NATS_CA_FILE/m);
  }
});

test.each([
  ['subscribe', { ...whatNodesNeed, subscribe: 'iotcore.>' }],
  ['publish', { ...whatNodesNeed, publish: 'iotcore.>' }],
] as const)(
  'a node whose account may not %s is told what it must be allowed',
  async (operation, permissions) => {
    const env = await startNats(permissions);
    // Alone it needs nobody.
    const first = await startInstallation({ programs: ['mqtt'], env });
    const second = await startInstallation({
      programs: ['mqtt'],
      database: first.databaseUrl,
      env: { IOT_INTERNAL_MQTT_BESIDE_OTHERS: 'off', ...env },
      waitUntilReady: false,
    });
    const line = `IOT_NATS_CREDENTIALS_FILE: the account may not ${operation} to ${prefix}.node.>`;
    await eventually('the denial in its log', () => second.logs().includes(line));
    expect(second.logs()).not.toContain('"msg":"serving"');
  },
);

test('two nodes are one over tls://, with credentials for nothing but the subjects of their prefix', async () => {
  const env = await startNats(whatNodesNeed);
  const [first, second] = await twoNodes(env);
  const registry = await createRegistry(first);
  const device = await createDevice(first, registry);
  const listener = await registry.at(second).connect();
  await listener.subscribe('$devices/#');
  const sender = await device.connect();
  await sender.publish(`$devices/${device.id}/events`, 'over TLS', { qos: 1 });
  expect(String((await listener.messages.next()).payload)).toBe('over TLS');
});

test('two nodes that are started as docs/cluster.md says find each other', async () => {
  const page = readFileSync(join(repositoryRoot, 'docs/cluster.md'), 'utf8');
  const [, block = ''] = /```sh\n(export DATABASE_URL=.*?)```/s.exec(page) ?? [];
  const [, subjects = ''] = /`IOT_NATS_PREFIX` \(`(\w+)`\)/.exec(page) ?? [];
  const allowed = `${subjects}.node.>`;
  const account = await makeNatsAccount({ publish: allowed, subscribe: allowed });
  const nats = await NatsServer.start(onTestFinished, ['-c', account.config]);
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-cluster-docs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { certPem, keyPem } = await makeCertificate({ commonName: 'iot.example.com' });
  writeFileSync(join(folder, 'mqtt.crt'), certPem);
  writeFileSync(join(folder, 'mqtt.key'), keyPem);
  cpSync(account.credentialsFile, join(folder, 'nats.creds'));
  const here = block
    .replace('postgresql://…', (await startPostgres()).url('postgres'))
    .replaceAll(
      /tls:\/\/nats-\d\.example\.com:4222/g,
      nats.url.replace('nats://127.0.0.1', 'tls://localhost'),
    )
    .replaceAll('/etc/iotcore', folder);
  const start = (name: string) =>
    new Command('bash', ['-ec', `cd '${repositoryRoot}'\n${here}`], {
      ...{
        IOT_MQTT_PORT: '',
        IOT_MQTTS_PORT: '0',
        IOT_MQTT_ADMIN_PORT: '0',
        IOT_DATA_DIR: join(folder, name),
      },
      // The authority of this NATS is of the test.
      IOT_NATS_CA_FILE: account.caFile,
    });
  const first = start('first');
  await first.line(/"msg":"serving"/);
  const second = start('second');
  for (const node of [first, second]) await node.line(/"msg":"cluster: linked"/);
  await second.line(/"msg":"serving"/);
});
