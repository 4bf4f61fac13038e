import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { AddressPolicy } from '../network/address-policy.ts';
import { resolveBySystem } from '../network/guarded-lookup.ts';
import { NatsTarget } from './index.ts';

const policy = new AddressPolicy({
  allowedNetworks: ['127.0.0.0/8'],
  own: { addresses: [], ports: new Set() },
});

/** A server with a stream for everything. `takes`: may the payload be stored? If not, it says that there is no stream. */
async function startServer(takes: (payload: string) => boolean) {
  const stored: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    const info = { server_id: 'X', version: '2.9.10', proto: 1, headers: true, max_payload: 1_048_576 };
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    let rest = '';
    let inbox = '';
    socket.on('data', (bytes: Buffer) => {
      rest += bytes.toString('latin1');
      for (;;) {
        const end = rest.indexOf('\r\n');
        if (end === -1) return;
        const [verb, ...words] = rest.slice(0, end).split(' ');
        const isMessage = verb === 'HPUB';
        const [headerBytes = 0, bodyBytes = 0] = isMessage ? words.slice(-2).map(Number) : [];
        const next = end + 2 + (isMessage ? bodyBytes + 2 : 0);
        if (rest.length < next) return;
        const payload = rest.slice(end + 2 + headerBytes, end + 2 + bodyBytes);
        rest = rest.slice(next);
        if (verb === 'PING') socket.write('PONG\r\n');
        if (verb === 'SUB') inbox = words.at(-1) ?? '';
        if (!isMessage) continue;
        const reply = words[1];
        if (takes(payload)) {
          stored.push(payload);
          const acknowledgement = JSON.stringify({ stream: 'all', seq: stored.length });
          socket.write(`MSG ${reply} ${inbox} ${acknowledgement.length}\r\n${acknowledgement}\r\n`);
        } else socket.write(`HMSG ${reply} ${inbox} 16 16\r\nNATS/1.0 503\r\n\r\n\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  const target = new NatsTarget(
    {
      ...{ exportId: 'e', folderId: 'f', registryId: 'r', brokerId: null },
      target: { nats: { servers: [`127.0.0.1:${port}`], subjectPrefix: 's', tls: 'DISABLE' } },
      secrets: { signingSecret: '', target: {} },
    },
    policy,
    resolveBySystem,
  );
  onTestFinished(() => target.close());
  return { stored, target };
}

const batch = ['a1', 'a2', 'b1', 'a3', 'b2'].map((text, position) => ({
  ...{ position, eventId: text, receivedAtMs: 1, deviceId: text.slice(0, 1), topic: 't' },
  payload: Buffer.from(text),
}));

test('no message overtakes one of its device that the server did not take', async () => {
  let isAway = true;
  const { stored, target } = await startServer((payload) => !(isAway && payload === 'a2'));
  const { signal } = new AbortController();
  expect((await target.send(batch, signal)).outcome).not.toBe('done');
  expect(stored.toSorted()).toEqual(['a1', 'b1', 'b2']);
  isAway = false;
  expect((await target.send(batch, signal)).outcome).toBe('done');
  // A stream recognises what is sent again; here it is seen.
  const ofDevice = (device: string) => [...new Set(stored.filter((payload) => payload.startsWith(device)))];
  expect([ofDevice('a'), ofDevice('b')]).toEqual([
    ['a1', 'a2', 'a3'],
    ['b1', 'b2'],
  ]);
});
