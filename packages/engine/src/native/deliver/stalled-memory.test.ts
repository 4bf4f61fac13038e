/** What lies in memory for clients that subscribe to retained messages and do not read, over real sockets. */
import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventually } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { TestHost } from '../../behaviour/testing/host.ts';
import { connect, subscribe } from '../../behaviour/testing/packets.ts';
import { testLimits, transportOf } from '../../behaviour/testing/server.ts';
import { createNativeEngine, toDirectSocket } from '../index.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
setFlagsFromString('--no-expose-gc');

const clients = 40;
const payloadBytes = 1_024;
const pageBytes = 65_536;

/** A server with endless retained messages, and how many pages of these were read. */
async function serve() {
  const reading = { pages: 0, open: 0 };
  const host = new TestHost();
  host.retained = async function* () {
    reading.open++;
    for (;;) {
      reading.pages++;
      await new Promise(setImmediate);
      yield Array.from({ length: pageBytes / payloadBytes }, (_, n) => ({
        ...({ topic: `a/${reading.pages}/${n}`, qos: 1, version: 1 } as const),
        payload: Buffer.alloc(payloadBytes),
      }));
    }
  };
  const engine = createNativeEngine(host, testLimits);
  const sockets: Socket[] = [];
  const server = createServer({ pauseOnConnect: true }, (accepted) => {
    const socket = toDirectSocket(accepted);
    sockets.push(socket);
    engine.accept(socket, transportOf(accepted));
    socket.resume();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, 'listening');
  return { host, reading, port: (server.address() as AddressInfo).port };
}

function liveBufferBytes(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

test('a client that does not read costs its page and little more, not the memory that its output shares with others', async () => {
  const { host, reading, port } = await serve();
  const sockets = await Promise.all(
    Array.from({ length: clients }, async (_, n) => {
      const socket = connectTcp(port, '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      socket.on('error', () => {});
      socket.pause();
      socket.write(connect({ clientId: `stalled ${n}` }));
      return socket;
    }),
  );
  await eventually(
    'all to be connected',
    () => host.events.filter(({ kind }) => kind === 'connected').length === clients,
  );
  const before = liveBufferBytes();

  for (const socket of sockets) socket.write(subscribe(1, ['a/#', 0]));
  await eventually('all to be read for', () => reading.open === clients);
  for (let pages = -1; pages !== reading.pages; ) {
    pages = reading.pages;
    await pause(200);
  }

  const each = (liveBufferBytes() - before) / clients;
  expect(each).toBeGreaterThan(payloadBytes); // they have stalled, and are still there
  expect(each).toBeLessThan(1.7 * pageBytes);
  expect(host.events.filter(({ kind }) => kind === 'disconnected')).toEqual([]);
});
