/** The header of a proxy on real sockets, in front of plain and TLS connections. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { Transport } from '@iotcore/engine';
import type { DirectSocket } from '@iotcore/engine/native';
import {
  type CertificatePair,
  createAuthorityCertificate,
  createKey,
  issueServerCertificate,
} from '@iotcore/server-certificate/issue';
import { afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Listener, listenTcp } from '../tcp-listener.ts';
import { listenOptions } from '../testing/listen-options.ts';
import { listenTls } from '../tls/tls-listener.ts';
import { readHeaderOf } from './proxy-header-reader.ts';

const header = 'PROXY TCP4 192.0.2.1 198.51.100.1 56324 8883\r\n';
const client = { remoteAddress: '192.0.2.1', remotePort: 56_324 };
const open: { destroy(): unknown }[] = [];
const listeners: Listener[] = [];

afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await Promise.all(listeners.splice(0).map((listener) => listener.close()));
});

function tcp(port: number): Socket {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => {});
  open.push(socket);
  return socket;
}

const closed = (socket: Duplex) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

interface Taken {
  readonly transport: Transport;
  readonly socket: Duplex;
  /** What the client sent, so far. */
  text: string;
}

/** A listener whose only proxy is this machine, and what it handed over. */
async function start(kind: 'plain' | 'tls', more: Partial<ReturnType<typeof listenOptions>> = {}) {
  const options = { ...listenOptions(), isProxy: (address: string) => address === '127.0.0.1', ...more };
  const taken: Taken[] = [];
  const accept = (socket: Duplex, transport: Transport) => {
    open.push(socket);
    const one: Taken = { transport, socket, text: '' };
    taken.push(one);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      one.text += chunk;
    });
  };
  const failed: string[] = [];
  const listener =
    kind === 'plain'
      ? await listenTcp(options, accept)
      : await listenTls(
          {
            ...options,
            certificate,
            handshakeTimeoutMs: 60_000,
            handshakeFailed: ({ reason }, address) => failed.push(`${address} ${reason}`),
          },
          accept,
        );
  listeners.push(listener);
  return { port: listener.port, options, taken, failed };
}

let authority: CertificatePair;
let certificate: CertificatePair;
beforeAll(async () => {
  const key = await createKey();
  authority = { certificatePem: createAuthorityCertificate(key, new Date()), privateKeyPem: key };
  const names = { hosts: ['localhost'], addresses: ['127.0.0.1'] };
  certificate = await issueServerCertificate(authority, names, new Date());
});

describe("a proxy's connection is closed, and its place given back", () => {
  test.each([
    ['garbage', 'GET / HTTP/1.1\r\n\r\n', 'malformed'],
    ['MQTT at once', '\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x02id', 'malformed'],
    ['a line that is too long', `PROXY TCP4 ${'1'.repeat(200)}`, 'too long'],
  ])('when it sends %s instead of a header', async (_what, bytes, why) => {
    for (const kind of ['plain', 'tls'] as const) {
      const { port, options, taken } = await start(kind);
      const socket = tcp(port);
      socket.write(bytes, 'latin1');
      await closed(socket);
      await expect.poll(() => options.limiter.connections).toBe(0);
      expect(options.noHeader).toEqual([why]);
      expect(taken).toEqual([]);
    }
  });

  test('when it hangs up in the middle of its header', async () => {
    const { port, options, taken } = await start('plain');
    tcp(port).end(header.slice(0, 20));
    await expect.poll(() => options.noHeader).toEqual(['gone']);
    await expect.poll(() => options.limiter.connections).toBe(0);
    expect(taken).toEqual([]);
  });

  test('when its header does not come in time, however slowly single bytes do', async () => {
    const outcomes: unknown[] = [];
    const server = await listenTcp(listenOptions(), (socket) => {
      open.push(socket);
      readHeaderOf(socket as Socket, { timeoutMs: 100 }, (outcome) => {
        outcomes.push(outcome);
        socket.destroy();
      });
    });
    listeners.push(server);
    const socket = tcp(server.port);
    socket.write('PROXY ');
    const trickle = setInterval(() => socket.write('U'), 20);
    onTestFinished(() => clearInterval(trickle));
    await closed(socket);
    expect(outcomes).toEqual(['late']);
  });
});

describe('the address in the header', () => {
  test('is the one that counts against the limit, not that of the proxy', async () => {
    const { limiter } = listenOptions({ maxConnectionsPerAddress: 1 });
    const { port, taken, options } = await start('plain', { limiter });
    tcp(port).write(header);
    await expect.poll(() => taken.length).toBe(1);
    const second = tcp(port);
    second.write(header);
    await closed(second);
    expect(options.refused).toEqual(['connections of the address']);
    tcp(port).write(header.replace('192.0.2.1', '192.0.2.2'));
    await expect.poll(() => taken.length).toBe(2);
    taken[0]?.socket.destroy();
    await expect.poll(() => options.limiter.connections).toBe(1);
    tcp(port).write(header);
    await expect.poll(() => taken.length).toBe(3);
  });

  test('is that of the proxy itself for its own probes', async () => {
    const { port, taken } = await start('plain');
    const socket = tcp(port);
    socket.write(Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex'));
    await expect.poll(() => taken.length).toBe(1);
    expect(taken[0]?.transport).toMatchObject({ remoteAddress: '127.0.0.1', remotePort: socket.localPort });
  });
});

describe('what follows the header', () => {
  test('is what the client sent, wherever the bytes are cut', async () => {
    const { port, taken } = await start('plain');
    const bytes = `${header}hello`;
    for (let cut = 0; cut <= bytes.length; cut++) {
      const socket = tcp(port);
      socket.setNoDelay(true);
      socket.write(bytes.slice(0, cut));
      await new Promise(setImmediate);
      socket.write(bytes.slice(cut));
    }
    await expect.poll(() => taken.map(({ text }) => text)).toEqual(Array(bytes.length + 1).fill('hello'));
    for (const { transport } of taken) expect(transport).toMatchObject(client);
  });

  test('is read also when it comes later', async () => {
    const { port, taken } = await start('plain');
    const socket = tcp(port);
    socket.write(header);
    await expect.poll(() => taken.length).toBe(1);
    socket.write('hello');
    await expect.poll(() => taken[0]?.text).toBe('hello');
  });

  test.each(['together with', 'after'])('is a TLS handshake, sent %s the header', async (order) => {
    const { port, taken } = await start('tls');
    const raw = tcp(port);
    if (order === 'after') {
      raw.write(header);
      await once(raw, 'connect');
    } else {
      raw.cork();
      raw.write(header);
    }
    const socket = connectTls({
      socket: raw,
      ca: authority.certificatePem,
      servername: 'localhost',
      cert: certificate.certificatePem,
      key: certificate.privateKeyPem,
    });
    open.push(socket);
    process.nextTick(() => raw.uncork());
    await once(socket, 'secureConnect');
    socket.write('hello');
    await expect.poll(() => taken[0]?.text).toBe('hello');
    expect(taken[0]?.transport).toMatchObject({ ...client, secure: true });
    expect(taken[0]?.transport.peerCertificate()).toBeInstanceOf(Buffer);
  });

  test('is named with the address of the client when it is no TLS', async () => {
    const { port, failed, options } = await start('tls');
    const socket = tcp(port);
    socket.write(`${header}GET / HTTP/1.1\r\n\r\n`);
    await closed(socket);
    await expect.poll(() => failed).toEqual(['192.0.2.1 HTTP instead of MQTT']);
    await expect.poll(() => options.limiter.connections).toBe(0);
  });
});

const sha256 = 'ab'.repeat(32);
const binary = Buffer.from(`0d0a0d0a000d0a515549540a2111002fc0000201c6336401dc0422b3e00020${sha256}`, 'hex');

describe('a connection without TLS is read and written past the streams of Node', () => {
  test.each([
    ['whose header is text', Buffer.from(header), undefined],
    ['whose header is binary', binary, undefined],
    ['whose header has the certificate', binary, 0xe0],
  ])('%s', async (_which, bytes, certificateField) => {
    const taken: { socket: DirectSocket; direct: string; streamed: string }[] = [];
    const options = { ...listenOptions(), isProxy: () => true, certificateField };
    const listener = await listenTcp(options, (accepted) => {
      open.push(accepted);
      const socket = accepted as DirectSocket;
      const one = { socket, direct: '', streamed: '' };
      socket.on('data', (chunk) => {
        one.streamed += chunk;
      });
      socket.reader = (chunk, start, end) => {
        one.direct += chunk.subarray(start, end);
      };
      taken.push(one);
    });
    listeners.push(listener);
    const client = tcp(listener.port);
    let answer = '';
    client.on('data', (chunk) => {
      answer += chunk;
    });
    // Together with the header, and after it.
    client.write(Buffer.concat([bytes, Buffer.from('hel')]));
    await expect.poll(() => taken[0]?.direct).toBe('hel');
    client.write('lo');
    await expect.poll(() => taken[0]?.direct).toBe('hello');
    expect(taken[0]?.streamed).toBe('');

    expect(taken[0]?.socket.send(Buffer.from('welcome'), 0, 7)).toBe(true);
    expect(taken[0]?.socket.bytesWritten).toBe(0);
    await expect.poll(() => answer).toBe('welcome');
  });
});

describe('the certificate in the header', () => {
  test('is that of a client of a listener without TLS, whose bytes follow', async () => {
    const { port, taken } = await start('plain', { certificateField: 0xe0 });
    const socket = tcp(port);
    socket.write(binary);
    socket.write('hello');
    await expect.poll(() => taken[0]?.text).toBe('hello');
    expect(taken[0]?.transport).toMatchObject({ ...client, secure: false, certificateSha256: sha256 });
  });

  test('is not looked at where no field was agreed on', async () => {
    const { port, taken } = await start('plain');
    tcp(port).write(binary);
    await expect.poll(() => taken.length).toBe(1);
    expect(taken[0]?.transport.certificateSha256).toBeUndefined();
  });

  test('closes the connection when it is none', async () => {
    const { port, taken, options } = await start('plain', { certificateField: 0xe0 });
    const socket = tcp(port);
    const short = Buffer.from(binary);
    short.writeUInt16BE(0x1f, 29);
    socket.write(short);
    await closed(socket);
    expect(options.noHeader).toEqual(['malformed']);
    expect(taken).toEqual([]);
  });
});

describe('from anybody else', () => {
  test('a header is not taken for one', async () => {
    const { port, taken } = await start('plain', { isProxy: () => false });
    const socket = tcp(port);
    socket.write(header);
    await expect.poll(() => taken[0]?.text).toBe(header);
    expect(taken[0]?.transport).toMatchObject({ remoteAddress: '127.0.0.1', remotePort: socket.localPort });
  });
});
