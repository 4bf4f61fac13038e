import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { withDirectReads } from './direct-reads.ts';

const servers: Server[] = [];
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** Both ends of a connection; the server's has not been read from. */
async function pair(): Promise<{ client: Socket; accepted: Socket }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const client = connect((server.address() as { port: number }).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  client.on('error', () => {});
  sockets.push(client, accepted);
  return { client, accepted };
}

/** What arrives until `bytes` are there. */
function received(socket: Socket, bytes: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= bytes) resolve(Buffer.concat(chunks));
    });
  });
}

describe('withDirectReads', () => {
  it('leaves a socket alone that has been read from, with what it still holds', async () => {
    const { client, accepted } = await pair();
    client.write('header rest');
    await once(accepted, 'readable');
    accepted.read(7);
    const socket = withDirectReads(accepted);
    expect(socket).toBe(accepted);
    const rest = received(socket, 4);
    socket.resume();
    expect((await rest).toString()).toBe('rest');
  });

  it('leaves a socket alone that is gone', async () => {
    const { accepted } = await pair();
    accepted.destroy();
    expect(withDirectReads(accepted)).toBe(accepted);
  });

  it('reads nothing before somebody listens', async () => {
    const { client, accepted } = await pair();
    client.write('early');
    const socket = withDirectReads(accepted);
    sockets.push(socket);
    await new Promise((resolve) => setImmediate(resolve));
    expect((await received(socket, 5)).toString()).toBe('early');
  });

  it('hands over every byte in order, in small pieces and in large ones, and keeps what was handed over', async () => {
    const { client, accepted } = await pair();
    const socket = withDirectReads(accepted);
    sockets.push(socket);
    const sent = randomBytes(3_000_000);
    const whole = received(socket, sent.length);
    for (let at = 0, size = 1; at < sent.length; at += size, size = (size * 3) % 70_001) {
      client.write(sent.subarray(at, at + size));
      if (at % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await whole).equals(sent)).toBe(true);
  });

  it('reads nothing while it is paused, and goes on when resumed', async () => {
    const { client, accepted } = await pair();
    const socket = withDirectReads(accepted);
    sockets.push(socket);
    const first = new Promise<number>((resolve) => {
      socket.once('data', (chunk: Buffer) => {
        socket.pause();
        resolve(chunk.length);
      });
    });
    client.write(randomBytes(1_000_000));
    const bytes = await first;
    let isHeard = false;
    socket.once('data', () => {
      isHeard = true;
    });
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(isHeard).toBe(false);
    const rest = received(socket, 1_000_000 - bytes);
    socket.resume();
    expect((await rest).length).toBe(1_000_000 - bytes);
  });

  it('writes, ends, and closes the socket whose place it took', async () => {
    const { client, accepted } = await pair();
    const socket = withDirectReads(accepted);
    sockets.push(socket);
    socket.on('data', () => {});
    expect(socket.remotePort).toBe(client.localPort);
    const greeting = received(client, 5);
    socket.write('hello');
    expect((await greeting).toString()).toBe('hello');
    const closed = once(accepted, 'close');
    client.end();
    await once(socket, 'end');
    await closed;
    expect(accepted.destroyed).toBe(true);
  });
});
