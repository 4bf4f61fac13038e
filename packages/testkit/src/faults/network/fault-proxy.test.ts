import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually, within } from '../../deadline.ts';
import { listen } from '../../listen.ts';
import { FaultProxy } from './fault-proxy.ts';

/** A client, the proxy, and the server's side of the connection between them. */
async function pair() {
  const accepted: Socket[] = [];
  const port = await listen((socket) => {
    socket.allowHalfOpen = true;
    accepted.push(socket);
  });
  const proxy = await FaultProxy.start(port);
  onTestFinished(() => proxy.close());
  const client = await open(proxy);
  const server = await eventually('the connection to arrive', () => accepted.at(-1));
  return { proxy, accepted, client: new Side(client), server: new Side(server) };
}

async function open(proxy: FaultProxy): Promise<Socket> {
  const socket = begin(proxy);
  await within(once(socket, 'connect'), 'a connection to the proxy');
  return socket;
}

function begin(proxy: FaultProxy): Socket {
  const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

const closeOf = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

/** One end of a connection, with all that it got. */
class Side {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  got = Buffer.alloc(0);
  ended = false;

  constructor(socket: Socket) {
    this.socket = socket;
    this.closed = closeOf(socket);
    socket.on('data', (bytes: Buffer) => {
      this.got = Buffer.concat([this.got, bytes]);
    });
    socket.on('end', () => {
      this.ended = true;
    });
  }

  has(bytes: Buffer | string): Promise<unknown> {
    const wanted = Buffer.from(bytes);
    return eventually(`${wanted.length} bytes`, () => this.got.length >= wanted.length).then(() =>
      expect(this.got.equals(wanted)).toBe(true),
    );
  }
}

describe('the fault proxy', () => {
  test('resets a connection after the very byte', async () => {
    for (const bytes of [1, 5, 9]) {
      const { proxy, client, server } = await pair();
      proxy.set('up', { cutAfterBytes: bytes });
      client.socket.write('0123456789');
      await within(Promise.all([client.closed, server.closed]), 'the cut');
      expect(server.got.toString()).toBe('0123456789'.slice(0, bytes));
      expect(proxy.connections).toBe(0);
    }
  });

  test('counts the bytes to the cut over many writes, and in each direction apart', async () => {
    const { proxy, client, server } = await pair();
    proxy.set('down', { cutAfterBytes: 4 });
    client.socket.write('abcdefgh');
    await server.has('abcdefgh');
    server.socket.write('12');
    await client.has('12');
    server.socket.write('3456');
    await within(client.closed, 'the cut');
    expect(client.got.toString()).toBe('1234');
  });

  test('ends one direction only when told to half-close', async () => {
    const { proxy, client, server } = await pair();
    proxy.set('up', { endAfterBytes: 3 });
    client.socket.write('abcdef');
    await eventually('the end', () => server.ended);
    expect(server.got.toString()).toBe('abc');
    server.socket.write('still here');
    await client.has('still here');
    expect(client.ended).toBe(false);
  });

  test('holds everything back while stalled, tells nobody of a close, and passes it on when healed', async () => {
    const { proxy, accepted, client, server } = await pair();
    proxy.setBoth({ stalled: true });
    client.socket.write('late');
    const other = new Side(await open(proxy));
    await eventually('the second connection', () => accepted.length === 2);
    accepted[1]?.resetAndDestroy();
    other.socket.write('ping');
    await eventually(
      'both to be sent',
      () => client.socket.bytesWritten === 4 && other.socket.bytesWritten === 4,
    );
    expect(server.got.length).toBe(0);
    expect(other.socket.destroyed).toBe(false);
    proxy.heal();
    await server.has('late');
    await eventually('the close to be told', () => other.ended || other.socket.destroyed);
  });

  test('refuses new connections while told to, and leaves the open ones', async () => {
    const { proxy, client, server } = await pair();
    proxy.refuse();
    await within(closeOf(begin(proxy)), 'the refusal');
    client.socket.write('mine');
    await server.has('mine');
    proxy.heal();
    expect((await open(proxy)).destroyed).toBe(false);
  });

  test('sends new connections to a new target, and leaves the open ones', async () => {
    const { proxy, client, server } = await pair();
    const elsewhere: Socket[] = [];
    proxy.retarget(await listen((socket) => elsewhere.push(socket)));
    await open(proxy);
    await eventually('the connection elsewhere', () => elsewhere.length === 1);
    client.socket.write('as before');
    await server.has('as before');
  });

  test('delays what passes, no less than asked', async () => {
    const { proxy, client, server } = await pair();
    proxy.set('up', { delayMs: 80 });
    const before = performance.now();
    client.socket.write('slow');
    await server.has('slow');
    expect(performance.now() - before).toBeGreaterThanOrEqual(79);
  });

  test('throttles to the rate asked for', async () => {
    const { proxy, client, server } = await pair();
    proxy.set('up', { bytesPerSecond: 50_000 });
    const before = performance.now();
    client.socket.write(Buffer.alloc(10_000));
    await server.has(Buffer.alloc(10_000));
    // The last step is not waited for.
    expect(performance.now() - before).toBeGreaterThanOrEqual(120);
  });

  test('passes on the end of a connection after its last byte', async () => {
    const { proxy, client, server } = await pair();
    proxy.set('down', { delayMs: 20 });
    server.socket.end('good bye');
    await client.has('good bye');
    await eventually('the end', () => client.ended);
    client.socket.end();
    await eventually('nothing to be left', () => proxy.connections === 0);
  });

  test('keeps every byte and their order, whatever the delay and the rate', async () => {
    const { proxy, client, server } = await pair();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 3000 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat({ max: 3 }), { minLength: 1 }),
        async (chunks, delays) => {
          let drawn = 0;
          server.got = Buffer.alloc(0);
          proxy.set('up', { delayMs: () => delays[drawn++ % delays.length] ?? 0, bytesPerSecond: 5_000_000 });
          for (const chunk of chunks) client.socket.write(chunk);
          await server.has(Buffer.concat(chunks));
        },
      ),
      { numRuns: 25 },
    );
  });
});
