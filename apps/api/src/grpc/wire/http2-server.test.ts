import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type ServerHttp2Stream,
} from 'node:http2';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serveEdge } from '../testing/serve-edge.ts';
import { Http2Edge, type Http2Times } from './http2-server.ts';

const unhurried: Partial<Http2Times> = { idleSessionMs: 60_000, drainMs: 60_000, deafMs: 60_000 };

/** The edge on a port of its own, and the calls that it was handed, in the order in which they came. */
async function open(times: Partial<Http2Times> = {}) {
  const calls: ServerHttp2Stream[] = [];
  const edge = new Http2Edge(
    { grpc: (stream) => void calls.push(stream), other: (_, response) => void response.end('REST') },
    { ...unhurried, ...times },
  );
  const port = await serveEdge(edge);
  return { edge, calls, connect: () => connectTo(port) };
}

async function connectTo(port: number): Promise<ClientHttp2Session> {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  await once(session, 'connect');
  return session;
}

function call(session: ClientHttp2Session): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':path': '/a.B/C',
    'content-type': 'application/grpc',
  });
  stream.on('error', () => {});
  stream.resume();
  return stream;
}

function ping(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    session.ping((error) => (error ? reject(error) : resolve()));
  });
}

const answer = (stream: ServerHttp2Stream | undefined) => {
  stream?.respond({ ':status': 200 });
  stream?.end('done');
};
const goneAway = async (session: ClientHttp2Session): Promise<number> => (await once(session, 'goaway'))[0];

test('a connection without a call is told to go away, however often it pings', async () => {
  const { edge, connect } = await open({ idleSessionMs: 300 });
  const session = await connect();
  const end = once(session, 'close');
  let isOpen = true;
  const told = goneAway(session).then((code) => {
    isOpen = false;
    return code;
  });
  while (isOpen) await ping(session).catch(() => {});
  expect(await told).toBe(constants.NGHTTP2_NO_ERROR);
  await end;
  await expect.poll(() => edge.connections).toBe(0);
});

test('a connection stays while a call is open on it, and goes after the last', async () => {
  const { calls, connect } = await open({ idleSessionMs: 100 });
  const busy = await connect();
  const first = call(busy);
  const second = call(busy);
  await expect.poll(() => calls).toHaveLength(2);
  // One that came later and has no call goes first.
  const idle = await connect();
  await goneAway(idle);
  answer(calls[0]);
  await once(first, 'close');
  await goneAway(await connect());
  expect(busy.closed).toBe(false);
  const told = goneAway(busy);
  answer(calls[1]);
  await once(second, 'close');
  expect(await told).toBe(constants.NGHTTP2_NO_ERROR);
});

test('a hundred pings in a row are answered, and the connection serves on', async () => {
  const { calls, connect } = await open();
  const session = await connect();
  for (let n = 0; n < 100; n += 1) await ping(session);
  const stream = call(session);
  await expect.poll(() => calls).toHaveLength(1);
  answer(calls[0]);
  await once(stream, 'close');
  expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
  expect(session.closed).toBe(false);
});

test('on closing, clients are told, calls under way are answered, and no new ones are taken', async () => {
  const { edge, calls, connect } = await open();
  const session = await connect();
  const stream = call(session);
  await expect.poll(() => calls).toHaveLength(1);
  const told = goneAway(session);
  let isClosed = false;
  const closed = edge.close().then(() => {
    isClosed = true;
  });
  expect(await told).toBe(constants.NGHTTP2_NO_ERROR);
  try {
    call(session);
  } catch {
    // A client that has read the frame does not even try.
  }
  expect(isClosed).toBe(false);
  const [headers] = await Promise.all([once(stream, 'response'), answer(calls[0])]);
  expect(headers[0]).toMatchObject({ ':status': 200 });
  await closed;
  expect(calls).toHaveLength(1);
});

test('on closing, a call that does not end holds it up no longer than is allowed', async () => {
  const { edge, calls, connect } = await open({ drainMs: 50 });
  const session = await connect();
  const stream = call(session);
  await expect.poll(() => calls).toHaveLength(1);
  await Promise.all([once(stream, 'close'), edge.close()]);
  expect(edge.connections).toBe(0);
});

describe('a request goes to the handler', () => {
  const send = async (contentType: string | undefined) => {
    const { calls, connect } = await open();
    const session = await connect();
    const stream = session.request({
      ':method': 'POST',
      ':path': '/a.B/C',
      ...(contentType !== undefined && { 'content-type': contentType }),
    });
    stream.on('error', () => {});
    let body = '';
    stream.setEncoding('utf8').on('data', (chunk) => {
      body += chunk;
    });
    await expect.poll(() => body === 'REST' || calls.length === 1).toBe(true);
    answer(calls[0]);
    return calls.length === 1 ? 'gRPC' : 'REST';
  };

  test.each(['application/grpc', 'application/grpc+proto', 'application/grpc;x=y', 'Application/gRPC'])(
    'of gRPC if it says %s',
    async (contentType) => {
      expect(await send(contentType)).toBe('gRPC');
    },
  );

  test.each([
    undefined,
    'application/json',
    'application/grpc-web',
    'application/grpc-web+proto',
    'application/grpc+json',
    'application/grpcx',
  ])('of REST if it says %s', async (contentType) => {
    expect(await send(contentType)).toBe('REST');
  });
});
