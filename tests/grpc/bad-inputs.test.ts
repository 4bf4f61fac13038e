/** What no client of gRPC sends. Every call that can be answered has a status; the connection and everybody else go on. */
import { randomBytes } from 'node:crypto';
import { type ClientHttp2Session, connect, constants, type SecureClientSessionOptions } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { devices, Health, HealthCheckRequestSchema } from '@iotcore/proto';
import { expectNothingKept, footprint } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { watchedInstallation } from '../api/support/watched-installation.ts';
import { GrpcClient, refusalOf } from './support/client.ts';
import { openRawClient, type RawClient } from './support/raw-client.ts';

// Answers that are not taken are given up sooner than in service.
const installation = watchedInstallation({
  programs: ['api'],
  env: { IOT_INTERNAL_API_TAKE_ANSWER_MS: '5000' },
});
const list = devices.RegistryService.method.list;
const listPath = '/yandex.cloud.iot.devices.v1.RegistryService/List';

interface Outcome {
  /** `grpc-status`; undefined if the stream was reset instead. */
  readonly code: number | undefined;
  readonly message: string;
  readonly reset: number | undefined;
}

async function openSession(options: SecureClientSessionOptions = {}): Promise<ClientHttp2Session> {
  const { apiTlsPort, caPem: ca } = installation();
  const session = connect(`https://localhost:${apiTlsPort}`, { ca, ...options });
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  await new Promise((resolve, reject) => session.once('connect', resolve).once('error', reject));
  return session;
}

function framed(message: Uint8Array, flag = 0): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt8(flag, 0);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

const request = framed(toBinary(list.input, create(list.input, { folderId: 'bad' })));

function send(
  session: ClientHttp2Session,
  pieces: readonly Buffer[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': listPath,
      'content-type': 'application/grpc',
      te: 'trailers',
      authorization: `Bearer ${installation().adminToken}`,
      ...headers,
    });
    let end: Readonly<Record<string, unknown>> = {};
    const note = (headers: object) => {
      end = { ...end, ...headers };
    };
    stream.on('response', note);
    stream.on('trailers', note);
    stream.on('error', () => {});
    stream.on('close', () => {
      const code = end['grpc-status'] === undefined ? undefined : Number(end['grpc-status']);
      resolve({ code, message: String(end['grpc-message'] ?? ''), reset: stream.rstCode || undefined });
    });
    for (const piece of pieces) stream.write(piece);
    stream.end();
    stream.resume();
  });
}

const isServed = async (session: ClientHttp2Session) => expect((await send(session, [request])).code).toBe(0);

describe('a call', () => {
  test.each<[string, Buffer[], Record<string, string>, number]>([
    ['without a message', [], {}, status.INVALID_ARGUMENT],
    ['with a message cut off', [request.subarray(0, 7)], {}, status.INVALID_ARGUMENT],
    ['with half a header', [request.subarray(0, 3)], {}, status.INVALID_ARGUMENT],
    ['with two messages', [request, request], {}, status.INVALID_ARGUMENT],
    ['with a flag that is not there', [framed(Buffer.from('x'), 7)], {}, status.INVALID_ARGUMENT],
    ['with bytes that are no message', [framed(Buffer.from('0affff', 'hex'))], {}, status.INVALID_ARGUMENT],
    ['announcing 4 GiB', [Buffer.from('00ffffffff', 'hex')], {}, status.RESOURCE_EXHAUSTED],
    ['with 2 MiB', [framed(Buffer.alloc(2 << 20))], {}, status.RESOURCE_EXHAUSTED],
    [
      'with a bomb',
      [framed(gzipSync(Buffer.alloc(64 << 20)), 1)],
      { 'grpc-encoding': 'gzip' },
      status.RESOURCE_EXHAUSTED,
    ],
    [
      'compressed as nobody serves it',
      [framed(Buffer.from('x'), 1)],
      { 'grpc-encoding': 'br' },
      status.UNIMPLEMENTED,
    ],
    [
      'compressed, and not',
      [framed(Buffer.from('x'), 1)],
      { 'grpc-encoding': 'gzip' },
      status.INVALID_ARGUMENT,
    ],
    ['with a time limit that is none', [request], { 'grpc-timeout': 'soon' }, status.INVALID_ARGUMENT],
    ['of a method that is not there', [request], { ':path': '/a/b' }, status.UNIMPLEMENTED],
    ['of no method', [request], { ':path': '/' }, status.UNIMPLEMENTED],
    ['of a path of 8 KiB', [request], { ':path': `/${'a'.repeat(8192)}` }, status.UNIMPLEMENTED],
    [
      'with credentials that are noise',
      [request],
      { authorization: `Bearer ${randomBytes(40).toString('hex')}` },
      status.UNAUTHENTICATED,
    ],
  ])(
    '%s: a status says so, and the next call on the connection is served',
    async (_, pieces, headers, code) => {
      const session = await openSession();
      expect(await send(session, pieces, headers)).toMatchObject({ code });
      await isServed(session);
    },
  );

  test.each([
    ['just beyond 16 KiB', 16 * 1024],
    ['of 64 KiB', 64 * 1024],
  ])('with headers %s is refused, and others are served', async (_, bytes) => {
    // Node's own client sends no more than a server wants, unless it is told to.
    const session = await openSession({ maxSendHeaderBlockLength: 1 << 20 });
    // The other headers make it more.
    const outcome = await send(session, [request], { 'x-much': 'a'.repeat(bytes) });
    expect(outcome).toMatchObject({ code: undefined, reset: constants.NGHTTP2_ENHANCE_YOUR_CALM });
    await isServed(await openSession());
  });

  test('with headers just within 16 KiB is served', async () => {
    const session = await openSession();
    expect((await send(session, [request], { 'x-much': 'a'.repeat(15 * 1024) })).code).toBe(0);
  });
});

test('fields that a message does not have are ignored', async () => {
  const session = await openSession();
  const withUnknown = framed(Buffer.concat([request.subarray(5), Buffer.from([0xfa, 0x07, 0x01, 0x41])]));
  expect((await send(session, [withUnknown])).code).toBe(0);
});

test('a message that comes one byte at a time is served', async () => {
  const session = await openSession();
  const pieces = Array.from(request, (byte) => Buffer.from([byte]));
  expect((await send(session, pieces)).code).toBe(0);
});

/** Connections to the database and of other callers, which come and go: of ten thousand calls each would be one more. */
const slack = 20;

test('ten thousand calls that nobody waits for do no harm, and of none of them anything is kept', async () => {
  const api = installation().program('api');
  const streams = await api.streams();
  const before = await footprint(installation());
  const clients: RawClient[] = [];
  let made = 0;
  while (made < 10_000) {
    // Beyond a rate HTTP/2 ends the connection; the client comes again.
    const client = await openRawClient(installation().apiTlsPort, installation().caPem, listPath);
    clients.push(client);
    for (; made < 10_000 && !client.isOver(); made += 100) {
      for (let n = 0; n < 100; n += 1) client.callAndCancel();
      await client.whenTaken();
    }
  }
  const last = await openSession();
  await isServed(last);
  last.destroy();
  for (const client of clients) client.destroy();
  await expect.poll(() => api.streams()).toBeLessThanOrEqual(streams + slack);
  await expectNothingKept(installation(), before);
});

test('a connection has a hundred calls at once, and the next waits', async () => {
  const session = await openSession();
  await expect.poll(() => session.remoteSettings.maxConcurrentStreams).toBe(100);
  for (let n = 0; n < 100; n += 1) {
    const unfinished = session.request({
      ':method': 'POST',
      ':path': listPath,
      'content-type': 'application/grpc',
      authorization: `Bearer ${installation().adminToken}`,
    });
    unfinished.on('error', () => {});
  }
  let isOver = false;
  void send(session, [request]).finally(() => {
    isOver = true;
  });
  await isServed(await openSession());
  expect(isOver).toBe(false);
});

test('the calls of a client that takes nothing of its answers are reset, and others are served', async () => {
  // HTTP/2 lets the server send no byte of a message until the client says otherwise.
  const session = await openSession({ settings: { initialWindowSize: 0 } });
  const calls = Array.from({ length: 50 }, () => send(session, [request]));
  await isServed(await openSession());
  const outcomes = await Promise.all(calls);
  expect(new Set(outcomes.map(({ reset }) => reset))).toEqual(new Set([constants.NGHTTP2_CANCEL]));
  expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set([undefined]));
  expect(session.closed).toBe(false);
});

test('a deadline that passes while the call waits for its message ends it', async () => {
  const session = await openSession();
  const outcome = await new Promise<number | undefined>((resolve) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': listPath,
      'content-type': 'application/grpc',
      'grpc-timeout': '200m',
      authorization: `Bearer ${installation().adminToken}`,
    });
    stream.on('error', () => {});
    stream.on('trailers', (trailers) => resolve(Number(trailers['grpc-status'])));
    stream.on('close', () => resolve(undefined));
    stream.write(request.subarray(0, 6));
    stream.resume();
  });
  expect(outcome).toBe(status.DEADLINE_EXCEEDED);
  await isServed(session);
});

test('a deadline that has passed changes nothing', async () => {
  const client = GrpcClient.connect(installation());
  const { create: createRegistry } = devices.RegistryService.method;
  const request = { folderId: 'deadlines', name: 'late' };
  const metadata = { 'grpc-timeout': '0m' };
  const error = await refusalOf(client.call(createRegistry, request, { metadata }));
  expect(error.code).toBe(status.DEADLINE_EXCEEDED);
  expect((await client.call(list, { folderId: 'deadlines' })).registries).toEqual([]);
});

test('health needs no credentials, and ignores bad ones', async () => {
  const client = GrpcClient.connect(installation());
  for (const authorization of ['', 'Bearer noise', 'Basic x']) {
    const { status: serving } = await client.call(Health.method.check, create(HealthCheckRequestSchema), {
      authorization,
    });
    expect(serving).toBe(1);
  }
});
