/** Clients that read nothing of their connection, so that whatever is written to it waits: they are let go all the same. */
import { once } from 'node:events';
import { type ClientHttp2Session, connect, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { makeCertificate } from '@iotcore/testkit';
import { slowness } from '@iotcore/testkit/slowness';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Http2Edge, type Http2Times } from './http2-server.ts';

const { certPem, keyPem } = await makeCertificate({ names: ['localhost'] });
const unhurried: Partial<Http2Times> = { idleSessionMs: 3_600_000, drainMs: 3_600_000, deafMs: 3_600_000 };
/** Clients need not read anything within it, and so a busy machine changes nothing. */
const soonMs = 100;
/** Long enough for a client to connect. */
const idleSessionMs = 200 * slowness();
/** Of all calls together far more than the sockets between hold. */
const answer = Buffer.alloc(1 << 20);
const calls = 40;

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** The edge on a port of its own; `serve` is handed its calls. */
async function open(
  way: 'TCP' | 'TLS',
  serve: (stream: ServerHttp2Stream) => void,
  times: Partial<Http2Times>,
) {
  const edge = new Http2Edge(
    { grpc: serve, other: (_, response) => void response.end() },
    { ...unhurried, ...times },
  );
  const take = (socket: Socket) => void edge.server.emit('connection', socket);
  const listener =
    way === 'TCP'
      ? createServer(take)
      : createTlsServer({ cert: certPem, key: keyPem, ALPNProtocols: ['h2'] }, take);
  const port = await listen(listener);
  onTestFinished(() => edge.close());
  const sockets = () =>
    new Promise<number>((resolve) => listener.getConnections((_, count) => resolve(count)));
  return { edge, port, sockets, scheme: way === 'TCP' ? 'http' : 'https' };
}

/** A client that reads until it is told to `stop`, by a relay that then takes nothing more from the server. */
async function openClient({ port, scheme }: { readonly port: number; readonly scheme: string }) {
  const ofServer: Socket[] = [];
  const relay = createServer((client) => {
    const server = dial(port, '127.0.0.1');
    ofServer.push(server);
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) {
      socket.on('error', () => {});
      onTestFinished(() => void socket.destroy());
    }
  });
  const session = connect(`${scheme}://localhost:${await listen(relay)}`, {
    ca: certPem,
    settings: { initialWindowSize: 2 ** 31 - 1 },
  });
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  await once(session, 'remoteSettings');
  session.setLocalWindowSize(2 ** 31 - 1);
  const stop = () => {
    for (const socket of ofServer) socket.unpipe().pause();
  };
  return { session, stop };
}

function call(session: ClientHttp2Session): void {
  const headers = { ':method': 'POST', ':path': '/a.B/C', 'content-type': 'application/grpc' };
  const stream = session.request(headers);
  stream.on('error', () => {});
  stream.end();
}

/** Answers, and forgets what is not taken at once, as the calls of the edge do after a while. */
function answerAndForget(stream: ServerHttp2Stream): void {
  stream.on('error', () => {});
  stream.respond({ ':status': 200 });
  stream.end(answer);
  setTimeout(() => stream.destroy(), soonMs);
}

describe.each(['TCP', 'TLS'] as const)('a client that reads nothing any more, over %s', (way) => {
  test('is let go once its calls are over', async () => {
    const server = await open(way, answerAndForget, { idleSessionMs, deafMs: soonMs });
    const { session, stop } = await openClient(server);
    stop();
    for (let n = 0; n < calls; n += 1) call(session);
    await expect.poll(server.sockets).toBe(0);
    await expect.poll(() => server.edge.connections).toBe(0);
  });

  test('is let go although a call of its is open, which may last for ever', async () => {
    const streams: ServerHttp2Stream[] = [];
    const hold = (stream: ServerHttp2Stream) => {
      stream.on('error', () => {});
      streams.push(stream);
    };
    const server = await open(way, hold, { idleSessionMs, deafMs: soonMs });
    const { session, stop } = await openClient(server);
    call(session);
    await expect.poll(() => streams).toHaveLength(1);
    stop();
    await expect.poll(server.sockets).toBe(0);
    await expect.poll(() => server.edge.connections).toBe(0);
    expect(streams[0]?.destroyed).toBe(true);
  });

  test('does not keep the server from stopping', async () => {
    const server = await open(way, answerAndForget, { drainMs: soonMs });
    const { session, stop } = await openClient(server);
    stop();
    for (let n = 0; n < calls; n += 1) call(session);
    await expect.poll(() => server.edge.connections).toBe(1);
    await server.edge.close();
    await expect.poll(server.sockets).toBe(0);
  });
});

test('a client that reads, and has nothing but a call that lasts, stays', async () => {
  const streams: ServerHttp2Stream[] = [];
  const hold = (stream: ServerHttp2Stream) => {
    stream.on('error', () => {});
    streams.push(stream);
  };
  const times = { idleSessionMs: 50, deafMs: 250 * slowness() };
  const server = await open('TCP', hold, times);
  const { session } = await openClient(server);
  let pings = 0;
  session.on('ping', () => {
    pings += 1;
  });
  call(session);
  // So many take twice the time after which one that does not answer is gone.
  await expect.poll(() => pings).toBeGreaterThanOrEqual((2 * times.deafMs) / times.idleSessionMs);
  expect(streams).toHaveLength(1);
  expect(streams[0]?.closed).toBe(false);
  expect(session.closed).toBe(false);
});
