/** What lies in memory for clients that subscribe to retained messages and do not read, over real sockets. */
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventually } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { connect, subscribe } from '../../behaviour/testing/packets.ts';
import { type StartEngine, transports } from '../testing/transports.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
setFlagsFromString('--no-expose-gc');

const clients = 20;
const payloadBytes = 1_024;
const pageBytes = 65_536;

/** A server with endless retained messages, and how many pages of these were read. */
async function serve(start: StartEngine) {
  const reading = { pages: 0, open: 0 };
  const served = await start(onTestFinished);
  served.host.retained = async function* () {
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
  return { ...served, reading };
}

function liveBufferBytes(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

/**
 * Pages that one may hold, by transport: how much of its page is left depends on what the kernel takes. Over TLS Node keeps what
 * waits on both sides, and the client's side lies in this process, too.
 */
const mostPages: Readonly<Record<string, number>> = { 'plain TCP': 1.1, TLS: 5 };

test.each(transports.filter(({ name }) => name in mostPages))(
  'over $name a client that does not read costs its page and little more, not the memory that its output shares with others',
  async ({ name, start }) => {
    const { host, reading, connect: open } = await serve(start);
    const sockets = await Promise.all(
      Array.from({ length: clients }, async (_, n) => {
        const { socket } = await open();
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

    // What a paused socket has read in advance is the client's.
    const readAhead = sockets.reduce((sum, { readableLength }) => sum + readableLength, 0);
    const each = (liveBufferBytes() - before - readAhead) / clients;
    expect(each).toBeGreaterThan(payloadBytes); // they have stalled, and are still there
    expect(each).toBeLessThan((mostPages[name] as number) * pageBytes);
    expect(host.events.filter(({ kind }) => kind === 'disconnected')).toEqual([]);
  },
);
