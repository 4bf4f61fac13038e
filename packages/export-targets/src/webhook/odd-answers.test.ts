/** Receivers that speak something else than HTTP, or HTTP as nobody should. */
import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { AddressPolicy } from '../network/address-policy.ts';
import { resolveBySystem } from '../network/guarded-lookup.ts';
import { WebhookTarget } from './index.ts';

const policy = new AddressPolicy({
  allowedNetworks: ['127.0.0.0/8'],
  own: { addresses: [], ports: new Set() },
});
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

/** A webhook to a server that answers each request so. */
async function targetThat(answers: (socket: Socket) => void): Promise<WebhookTarget> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('data', () => answers(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const target = new WebhookTarget(
    {
      ...{ exportId: 'e', folderId: 'f', registryId: 'r', brokerId: null },
      target: { webhook: { url: `http://127.0.0.1:${port}/`, timeout: '1s' } },
      secrets: { signingSecret: 'whsec_AAAA', target: {} },
    },
    policy,
    { date: () => new Date() },
    resolveBySystem,
  );
  onTestFinished(() => target.close());
  return target;
}

const endlessly = (text: string) => (socket: Socket) => {
  const pour = () => {
    while (!socket.destroyed && socket.write(text));
    if (!socket.destroyed) socket.once('drain', pour);
  };
  pour();
};

test.each<[string, (socket: Socket) => void]>([
  ['closes without a word', (socket) => socket.end()],
  ['speaks no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
  [
    'changes the protocol',
    (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
  ],
  ['says to wait without end', endlessly('HTTP/1.1 102 Processing\r\n\r\n')],
  ['sends headers without end', endlessly('x-a: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n')],
  [
    'begins with headers without end',
    (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      endlessly('x-a: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n')(socket);
    },
  ],
  ['ends within its answer', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')],
  [
    'counts its chunks wrongly',
    (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'),
  ],
  [
    'names two lengths',
    (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'),
  ],
  ['has a status of four digits', (socket) => socket.end('HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n')],
])('a receiver that %s is away, and nothing counts as taken', async (_, answers) => {
  const target = await targetThat(answers);
  const outcome = await target.send([message], new AbortController().signal);
  expect(outcome).toMatchObject({ outcome: 'away', error: expect.stringMatching(/\.$/) });
});
