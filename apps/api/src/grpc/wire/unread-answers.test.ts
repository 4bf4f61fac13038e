/** Clients that do not take their answers: their calls end all the same, and then their connections. */
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type Settings,
} from 'node:http2';
import { codes } from '@iotcore/control';
import { slowness } from '@iotcore/testkit/slowness';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serveEdge } from '../testing/serve-edge.ts';
import { Http2Edge } from './http2-server.ts';
import { StreamCall } from './stream-call.ts';

/** More than a connection takes before its client says that it may have more. */
const answer = Buffer.alloc(1 << 20);

/** The edge on a port of its own: every call is answered at once, as soon as it has sent a message if it `isLong`. */
async function open({
  takeAnswerMs = 60_000,
  discardMs = 60_000,
  idleSessionMs = 60_000,
  isLong = false,
} = {}) {
  const serve = async (call: StreamCall) => {
    if (isLong) for await (const _ of call.messages()) break;
    else await call.message();
    await call.send(answer);
    call.succeed();
  };
  let ended = 0;
  const edge = new Http2Edge(
    {
      grpc: (stream, headers) => {
        const call = new StreamCall(stream, headers, 'request', { isLong, takeAnswerMs, discardMs });
        void serve(call)
          .catch((error) => call.fail(error))
          .finally(() => {
            ended += 1;
          });
      },
      other: (_, response) => void response.end(),
    },
    { idleSessionMs, drainMs: 300, deafMs: 60_000 },
  );
  return { edge, port: await serveEdge(edge), ended: () => ended };
}

async function openSession(port: number, settings: Settings = {}): Promise<ClientHttp2Session> {
  const session = connect(`http://127.0.0.1:${port}`, { settings });
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  await once(session, 'connect');
  return session;
}

/** It ends its request after the message, unless it `isOpen`. */
function call(
  session: ClientHttp2Session,
  headers: Readonly<Record<string, string>> = {},
  isOpen = false,
): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':path': '/a.B/C',
    'content-type': 'application/grpc',
    ...headers,
  });
  stream.on('error', () => {});
  // One message without a byte.
  stream.write(Buffer.alloc(5));
  if (!isOpen) stream.end();
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

describe('a call that sends a message and does not end', () => {
  const timeout = { 'grpc-timeout': '1S' };

  test('is reset if its answer is not taken, no sooner than others, and its connection told to go', async () => {
    const times = { takeAnswerMs: 1500 * slowness(), discardMs: 10, idleSessionMs: 1000 };
    const { edge, port } = await open({ ...times, isLong: true });
    const session = await openSession(port, { initialWindowSize: 0 });
    const streams = Array.from({ length: 20 }, () => call(session, timeout, true));
    for (const stream of streams) stream.resume();
    const told = once(session, 'goaway');
    await Promise.all(streams.map((stream) => once(stream, 'close')));
    expect(new Set(streams.map(({ rstCode }) => rstCode))).toEqual(new Set([constants.NGHTTP2_CANCEL]));
    expect((await told)[0]).toBe(constants.NGHTTP2_NO_ERROR);
    await expect.poll(() => edge.connections).toBe(0);
  });

  test('has all of its answer if it takes it late, but in time, and is then reset without an error', async () => {
    const { port, ended } = await open({ discardMs: 1, isLong: true });
    const session = await openSession(port, { initialWindowSize: 0 });
    const stream = call(session, timeout, true);
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    await expect.poll(ended).toBe(1);
    // Longer than what is still sent is waited for.
    await isServed(port);
    session.settings({ initialWindowSize: 1 << 22 });
    const [trailers] = await once(stream, 'trailers');
    expect(trailers['grpc-status']).toBe(String(codes.DEADLINE_EXCEEDED));
    await once(stream, 'close');
    expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
    expect(bytes).toBe(answer.length + 5);
  });
});
