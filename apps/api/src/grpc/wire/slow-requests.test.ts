/** REST over HTTP/2, where a request or its answer stops in the middle: it is reset, as a connection of HTTP/1.1 is closed. */
import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { type AddressInfo, createServer } from 'node:net';
import { slowness } from '@iotcore/testkit/slowness';
import { expect, onTestFinished, test } from 'vitest';
import { Http2Edge, type Http2Times } from './http2-server.ts';

/** As long as a client that goes on may need on a busy machine. */
const soonMs = 500 * slowness();

/** A server that answers with so many bytes once a request has ended, and a client of it. */
async function open(times: Partial<Http2Times>, answerBytes = 1): Promise<ClientHttp2Session> {
  const edge = new Http2Edge(
    {
      grpc: () => {},
      other: (request, response) => {
        request.resume().on('end', () => response.end(Buffer.alloc(answerBytes)));
      },
    },
    times,
  );
  const listener = createServer((socket) => edge.server.emit('connection', socket));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const session = connect(`http://127.0.0.1:${(listener.address() as AddressInfo).port}`, {
    settings: { initialWindowSize: 1000 },
  });
  session.on('error', () => {});
  onTestFinished(async () => {
    session.destroy();
    listener.close();
    await edge.close();
  });
  return session;
}

const post = { ':method': 'POST', ':path': '/x' };

async function isServed(session: ClientHttp2Session): Promise<void> {
  const stream = session.request(post);
  stream.resume().end('{}');
  expect((await once(stream, 'response'))[0]).toMatchObject({ ':status': 200 });
  await once(stream, 'close');
}

test('a body that does not end is reset, however steadily it comes, and the next request is served', async () => {
  const session = await open({ requestMs: soonMs });
  const stream = session.request(post);
  stream.on('error', () => {});
  stream.resume();
  const trickle = setInterval(() => stream.write('x'), 20);
  await once(stream, 'close').finally(() => clearInterval(trickle));
  expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
  await isServed(session);
});

test('an answer that is not taken is reset, and the next request is served', async () => {
  const session = await open({ stalledMs: soonMs }, 1001);
  const stream = session.request(post);
  stream.on('error', () => {});
  stream.end('{}');
  await once(stream, 'response');
  // It has room for a thousand bytes, and gets no more until somebody has read them.
  await once(stream, 'close');
  expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
  await isServed(session);
});
