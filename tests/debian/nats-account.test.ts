/** Nodes over a NATS that wants TLS, and gives them an account of their own with no more than they need. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, makeCertificate, startInstallation } from '@iotcore/testkit';
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
