import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { DirectSocket, toDirectSocket } from './direct-socket.ts';

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

describe('toDirectSocket', () => {
  test('takes over a socket that has been read from, with what it still holds before what comes', async () => {
    const { client, accepted } = await pair();
    client.write('header rest');
    await once(accepted, 'readable');
    accepted.read(7);
    const socket = toDirectSocket(accepted);
    sockets.push(socket);
    expect(socket).toBeInstanceOf(DirectSocket);
    const rest = received(socket, 14);
    client.write(', and more');
    expect((await rest).toString()).toBe('rest, and more');
  });

  test('takes over a socket whose client has ended its side, and the end comes after what it still holds', async () => {
    const { client, accepted } = await pair();
    client.end('header rest');
    await once(accepted, 'readable');
    accepted.read(7);
    await new Promise((resolve) => setImmediate(resolve));
    const socket = toDirectSocket(accepted);
    sockets.push(socket);
    const ended = once(socket, 'end');
    expect((await received(socket, 4)).toString()).toBe('rest');
    await ended;
  });

  test('hands over nothing that was read from a socket that is destroyed at once', async () => {
    const { client, accepted } = await pair();
    client.write('header rest');
    await once(accepted, 'readable');
    accepted.read(7);
    const socket = toDirectSocket(accepted);
    const heard: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => heard.push(chunk));
    socket.destroy();
    await once(accepted, 'close');
    expect(heard).toEqual([]);
  });

  test('leaves a socket alone that is gone', async () => {
    const { accepted } = await pair();
    accepted.destroy();
    expect(toDirectSocket(accepted)).toBe(accepted);
  });

  test('reads nothing before somebody listens', async () => {
    const { client, accepted } = await pair();
    client.write('early');
    const socket = toDirectSocket(accepted);
    sockets.push(socket);
    await new Promise((resolve) => setImmediate(resolve));
    expect((await received(socket, 5)).toString()).toBe('early');
  });

  test('hands over every byte in order, in small pieces and in large ones, and keeps what was handed over', async () => {
    const { client, accepted } = await pair();
    const socket = toDirectSocket(accepted);
    sockets.push(socket);
    const sent = randomBytes(3_000_000);
    const whole = received(socket, sent.length);
    for (let at = 0, size = 1; at < sent.length; at += size, size = (size * 3) % 70_001) {
      client.write(sent.subarray(at, at + size));
      if (at % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await whole).equals(sent)).toBe(true);
  });

  test('is done with the memory of one read before it takes that of another, however large they are', async () => {
    const { client, accepted } = await pair();
    const socket = toDirectSocket(accepted) as DirectSocket;
    sockets.push(socket);
    const taken: ArrayBufferLike[] = [];
    let bytesRead = 0;
    socket.reader = (bytes, start, end) => {
      if (taken.at(-1) !== bytes.buffer) taken.push(bytes.buffer);
      bytesRead += end - start;
    };
    socket.resume();
    let bytesSent = 0;
    for (const size of [1_000, 30_000, 1_000, 50_000, 1_000, 30_000, 1_000]) {
      client.write(randomBytes(size));
      bytesSent += size;
      await expect.poll(() => bytesRead).toBe(bytesSent);
    }
    expect(new Set(taken).size).toBe(taken.length);
  });

  test('reads nothing while it is paused, and goes on when resumed', async () => {
    const { client, accepted } = await pair();
    const socket = toDirectSocket(accepted);
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
    for (let tick = 0; tick < 10; tick++) await new Promise((resolve) => setImmediate(resolve));
    expect(isHeard).toBe(false);
    const rest = received(socket, 1_000_000 - bytes);
    socket.resume();
    expect((await rest).length).toBe(1_000_000 - bytes);
  });

  test('tells of the end only after everything that came before it, however long it was paused', async () => {
    const { client, accepted } = await pair();
    const socket = toDirectSocket(accepted);
    sockets.push(socket);
    const heard: string[] = [];
    socket.on('data', (chunk: Buffer) => heard.push(String(chunk)));
    socket.on('end', () => heard.push('the end'));
    client.write('one ');
    await once(socket, 'data');
    socket.pause();
    client.end('two');
    await once(client, 'finish');
    for (let tick = 0; tick < 10; tick++) await new Promise((resolve) => setImmediate(resolve));
    expect(heard).toEqual(['one ']);
    socket.resume();
    await once(socket, 'end');
    expect(heard).toEqual(['one ', 'two', 'the end']);
  });

  test('sends at once what the kernel takes, and the rest in order when it does', async () => {
    const { client, accepted } = await pair();
    const socket = toDirectSocket(accepted) as DirectSocket;
    sockets.push(socket);
    client.pause();
    const sent = randomBytes(20_000_000);
    expect(socket.send(sent, 0, 10)).toBe(true);
    expect(socket.writableLength).toBe(0);
    expect(socket.send(sent, 10, 19_000_000)).toBe(false);
    expect(socket.writableLength).toBeGreaterThan(0);
    expect(socket.send(sent, 19_000_000, sent.length)).toBe(false);
    const whole = received(client, sent.length);
    client.resume();
    expect((await whole).equals(sent)).toBe(true);
  });

  test('sends two pieces one after the other, and nothing of them waits once the kernel has both', async () => {
    const { client, accepted } = await pair();
    const socket = toDirectSocket(accepted) as DirectSocket;
    sockets.push(socket);
    client.pause();
    const sent = randomBytes(20_000_100);
    expect(socket.sendBoth(sent.subarray(0, 100), sent.subarray(100, 30_000))).toBe(true);
    expect(socket.writableLength).toBe(0);
    expect(socket.sendBoth(sent.subarray(30_000, 30_100), sent.subarray(30_100, 10_000_000))).toBe(false);
    expect(socket.sendBoth(sent.subarray(10_000_000, 10_000_100), sent.subarray(10_000_100))).toBe(false);
    const whole = received(client, sent.length);
    client.resume();
    expect((await whole).equals(sent)).toBe(true);
  });

  test('sends nothing once it is closed, whoever has its descriptor then', async () => {
    const { accepted } = await pair();
    const socket = toDirectSocket(accepted) as DirectSocket;
    socket.on('error', () => {});
    const closed = once(socket, 'close');
    socket.destroy();
    const { client: other, accepted: successor } = await pair();
    const heard: Buffer[] = [];
    other.on('data', (chunk: Buffer) => heard.push(chunk));
    const message = Buffer.from('for somebody else');
    socket.send(message, 0, message.length);
    await closed;
    socket.send(message, 0, message.length);
    successor.end('for me');
    await once(other, 'end');
    expect(String(Buffer.concat(heard))).toBe('for me');
  });

  test('throws away what a client does not take that was reset, and hands over what it had sent before', async () => {
    const { client, accepted } = await pair();
    const socket = toDirectSocket(accepted) as DirectSocket;
    sockets.push(socket);
    socket.on('error', () => {});
    const sent = randomBytes(60_000);
    await new Promise<void>((resolve) => client.write(sent, () => resolve()));
    const closed = once(client, 'close');
    client.resetAndDestroy();
    await closed;
    for (let n = 0; n < 3; n++) expect(socket.send(Buffer.from('x'), 0, 1)).toBe(true);
    expect(socket.destroyed).toBe(false);

    const gone = once(socket, 'close');
    const whole = received(socket, sent.length);
    socket.resume();

    expect((await whole).equals(sent)).toBe(true);
    await gone;
  });

  test('tells its owner of the end, not the stream, and closes once all that was sent has gone out', async () => {
    const { client, accepted } = await pair();
    const socket = toDirectSocket(accepted) as DirectSocket;
    sockets.push(socket);
    const heard: string[] = [];
    socket.on('data', (chunk: Buffer) => heard.push(String(chunk)));
    socket.on('end', () => heard.push('the end of the stream'));
    const ended = new Promise<void>((resolve) => {
      socket.ended = resolve;
    });
    client.pause();
    client.end('last words');
    await ended;
    expect(socket.hasEnded).toBe(true);
    const sent = randomBytes(20_000_000);
    expect(socket.send(sent, 0, sent.length)).toBe(false);
    socket.closeEnded();
    const closed = once(socket, 'close');
    const whole = received(client, sent.length);
    const over = once(client, 'end');
    client.resume();
    expect((await whole).equals(sent)).toBe(true);
    await Promise.all([over, closed]);
    expect(heard).toEqual(['last words']);
  });

  test('closes at once when nothing waits to be sent, and is no reset for its client', async () => {
    const { client, accepted } = await pair();
    const socket = toDirectSocket(accepted) as DirectSocket;
    sockets.push(socket);
    const ended = new Promise<void>((resolve) => {
      socket.ended = resolve;
    });
    socket.resume();
    client.end();
    await ended;
    socket.send(Buffer.from('farewell'), 0, 8);
    socket.closeEnded();
    expect(socket.destroyed).toBe(true);
    expect(String(await received(client, 8))).toBe('farewell');
    await once(client, 'end');
  });

  test('writes, ends, and closes the socket whose place it took', async () => {
    const { client, accepted } = await pair();
    const socket = toDirectSocket(accepted);
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
