import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { KafkaTarget } from './kafka/index.ts';
import { NatsTarget } from './nats/index.ts';
import { AddressPolicy } from './network/address-policy.ts';
import type { ResolvedAddress } from './network/guarded-lookup.ts';

const policy = new AddressPolicy({ allowedNetworks: [], own: { addresses: [], ports: new Set() } });
const message = {
  ...{
    position: 0,
    eventId: '0192f0c1-a2b3-7def-8123-456789abcdef',
    receivedAtMs: 1,
    deviceId: 'd',
    topic: 't',
  },
  payload: Buffer.from('x'),
};
const { signal } = new AbortController();

/** A server in our own network that no export may reach, and how many have dialled it. */
async function startInside() {
  const dialled = { count: 0 };
  const server = createServer((socket) => {
    dialled.count += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  return { dialled, server: `localhost:${port}` };
}

function targetsAt(server: string, resolve: () => Promise<readonly ResolvedAddress[]>) {
  const common = {
    ...{ exportId: 'e', folderId: 'f', registryId: 'r', brokerId: null },
    secrets: { signingSecret: '', target: {} },
  };
  const kafka = { bootstrapServers: [server], topic: 't' };
  const nats = { servers: [server], subjectPrefix: 's' };
  return [
    new KafkaTarget({ ...common, target: { kafka } }, policy, resolve),
    new NatsTarget({ ...common, target: { nats } }, policy, resolve),
  ];
}

test('servers whose name says nothing yet are not dialled by what it says a moment later', async () => {
  const { dialled, server } = await startInside();
  const unknown = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
  for (const target of targetsAt(server, unknown))
    expect(await target.send([message], signal)).toMatchObject({
      outcome: 'away',
      error: 'The name of the host is not known (ENOTFOUND).',
    });
  expect(dialled.count).toBe(0);
});

test('servers whose name points into our own network are not dialled', async () => {
  const { dialled, server } = await startInside();
  for (const target of targetsAt(server, async () => [{ address: '127.0.0.1', family: 4 }]))
    expect(await target.send([message], signal)).toMatchObject({
      outcome: 'misconfigured',
      error: expect.stringContaining('IOT_EXPORT_ALLOWED_NETWORKS'),
    });
  expect(dialled.count).toBe(0);
});
