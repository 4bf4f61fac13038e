import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { AddressPolicy } from '../network/address-policy.ts';
import { resolveBySystem } from '../network/guarded-lookup.ts';
import { PostgresTarget } from './index.ts';

/** A message of the protocol: its type, its length, what it says. */
function message(type: string, said = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(4 + said.length, 1);
  return Buffer.concat([head, said]);
}

const welcome = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);
const inserted = Buffer.concat([
  ...['1', '2', 'n'].map((type) => message(type)),
  ...[message('C', Buffer.from('INSERT 0 1\0')), message('Z', Buffer.from('I'))],
]);

const ownUrl = (port: number) => `postgres://u@127.0.0.1:${port}/d`;

/** A server that takes what it is sent and never closes a connection. `welcomes`: called before it lets anybody in. */
async function startServer(welcomes: (said: Buffer) => void = () => undefined, urlOf = ownUrl) {
  const connections: Socket[] = [];
  const inserts: Buffer[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', (said: Buffer) => {
      welcomes(said);
      socket.write(welcome);
      socket.on('data', (data) => {
        if (!data.includes('INSERT')) return;
        inserts.push(data);
        socket.write(inserted);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { inserts, target: targetAt(urlOf(port)) };
}

function targetAt(url: string): PostgresTarget {
  return new PostgresTarget(
    {
      ...{ exportId: 'e', folderId: 'f', registryId: 'r', brokerId: null },
      target: { postgres: { url, table: 't', tls: 'DISABLE' } },
      secrets: { signingSecret: '', target: {} },
    },
    new AddressPolicy({ allowedNetworks: ['127.0.0.0/8'], own: { addresses: [], ports: new Set() } }),
    resolveBySystem,
  );
}

const batch = [
  { position: 0, eventId: 'x', receivedAtMs: 0, deviceId: 'd', topic: 't', payload: Buffer.from('p') },
];

test('a server that does not close its side is left all the same', async () => {
  const { inserts, target } = await startServer();
  expect(await target.send(batch, new AbortController().signal)).toEqual({ outcome: 'done' });
  await target.close();
  expect(inserts).toHaveLength(1);
});

test('nothing is sent once it was given up while the connection was made', async () => {
  const ending = new AbortController();
  const { inserts, target } = await startServer(() => ending.abort());
  await expect(target.send(batch, ending.signal)).rejects.toThrow('aborted');
  await target.close();
  expect(inserts).toEqual([]);
});

test('the export says which user logs in, and nothing of it is taken from the environment', async () => {
  for (const name of ['PGUSER', 'PGDATABASE', 'PGPASSWORD']) vi.stubEnv(name, 'of-this-process');
  onTestFinished(() => void vi.unstubAllEnvs());
  const said: string[] = [];
  const { inserts, target } = await startServer(
    (bytes) => said.push(bytes.toString()),
    (port) => `postgres://127.0.0.1:${port}/`,
  );
  expect(await target.send(batch, new AbortController().signal)).toEqual({
    outcome: 'misconfigured',
    error: 'The URL names no user or no database: postgresql://user@host:5432/database.',
  });
  expect([said, inserts]).toEqual([[], []]);
});

test('a password that the export does not have is not looked for elsewhere', async () => {
  vi.stubEnv('PGPASSWORD', 'of-this-process');
  onTestFinished(() => void vi.unstubAllEnvs());
  const said: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    // Asks for the password in clear.
    socket.once('data', () => socket.write(message('R', Buffer.from([0, 0, 0, 3]))));
    socket.on('data', (bytes) => {
      said.push(bytes.toString('latin1'));
      if (said.length > 1) socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const target = targetAt(ownUrl(port));
  expect(await target.send(batch, new AbortController().signal)).toMatchObject({ outcome: 'away' });
  expect(said).toHaveLength(2);
  expect(said.join()).not.toContain('of-this-process');
});
