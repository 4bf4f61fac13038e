/** Clients that do not take their answers: their calls end all the same, and then their connections. */
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type Settings,
} from 'node:http2';
import { type AddressInfo, createServer } from 'node:net';
import { slowness } from '@iotcore/testkit/slowness';
import { expect, onTestFinished, test } from 'vitest';
import { Http2Edge } from './http2-server.ts';
import { StreamCall } from './stream-call.ts';

/** More than a connection takes before its client says that it may have more. */
const answer = Buffer.alloc(1 << 20);

/** The edge on a port of its own: every call is answered at once. */
async function open({ takeAnswerMs = 60_000, idleSessionMs = 60_000 } = {}) {
  const serve = async (call: StreamCall) => {
    await call.message();
    await call.send(answer);
    call.succeed();
  };
  const edge = new Http2Edge(
    {
      grpc: (stream, headers) => {
        const call = new StreamCall(stream, headers, 'request', { takeAnswerMs });
        serve(call).catch((error) => call.fail(error));
      },
      other: (_, response) => void response.end(),
    },
    { idleSessionMs, drainMs: 300 },
  );
  const listener = createServer((socket) => edge.server.emit('connection', socket));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  onTestFinished(async () => {
    listener.close();
    await edge.close();
  });
  return { edge, port: (listener.address() as AddressInfo).port };
}

async function openSession(port: number, settings: Settings = {}): Promise<ClientHttp2Session> {
  const session = connect(`http://127.0.0.1:${port}`, { settings });
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  await once(session, 'connect');
  return session;
}

function call(
  session: ClientHttp2Session,
  headers: Readonly<Record<string, string>> = {},
): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':path': '/a.B/C',
    'content-type': 'application/grpc',
    ...headers,
  });
  stream.on('error', () => {});
  // One message without a byte.
  stream.end(Buffer.alloc(5));
  return stream;
}

async function isServed(port: number): Promise<void> {
  const stream = call(await openSession(port));
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  const [trailers] = await once(stream, 'trailers');
  expect(trailers['grpc-status']).toBe('0');
  expect(bytes).toBe(answer.length + 5);
}

test('calls whose answers are taken in part or not at all are reset, and their connections told to go', async () => {
  // Long enough for the one that is served, also on a busy machine.
  const { edge, port } = await open({ takeAnswerMs: 3000 * slowness(), idleSessionMs: 5000 });
  const unread = await openSession(port, { initialWindowSize: 0 });
  const partlyRead = await openSession(port, { initialWindowSize: 1000 });
  const sessions = [unread, partlyRead];
  const streams = sessions.flatMap((session) =>
    Array.from({ length: 20 }, () => call(session, { 'grpc-timeout': '1S' })),
  );
  const resets = Promise.all(streams.map((stream) => once(stream, 'close')));
  const told = Promise.all(sessions.map((session) => once(session, 'goaway')));
  const gone = Promise.all(sessions.map((session) => once(session, 'close')));
  await isServed(port);
  await resets;
  expect(new Set(streams.map(({ rstCode }) => rstCode))).toEqual(new Set([constants.NGHTTP2_CANCEL]));
  expect((await told).map(([code]) => code)).toEqual(sessions.map(() => constants.NGHTTP2_NO_ERROR));
  await gone;
  await expect.poll(() => edge.connections).toBe(0);
});

test('a client that takes its answer late, but in time, has all of it', async () => {
  const { port } = await open();
  const session = await openSession(port, { initialWindowSize: 0 });
  const stream = call(session, { 'grpc-timeout': '1S' });
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(stream, 'response');
  await isServed(port);
  session.settings({ initialWindowSize: 1 << 22 });
  await once(stream, 'close');
  expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
  expect(bytes).toBe(answer.length + 5);
});
