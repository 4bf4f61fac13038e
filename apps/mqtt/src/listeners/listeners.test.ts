import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import type { Transport } from '@iotcore/engine';
import { readSettings, StartupError } from '@iotcore/process';
import {
  type CertificatePair,
  createAuthorityCertificate,
  createKey,
  issueServerCertificate,
} from '@iotcore/server-certificate/issue';
import { afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { AcceptGate } from './accept-gate.ts';
import { type Listener, listenTcp } from './tcp-listener.ts';
import { listenOptions } from './testing/listen-options.ts';
import type { HandshakeFailure } from './tls/handshake-failures.ts';
import { HandshakeSlots } from './tls/handshake-slots.ts';
import { listenTls, type TlsListener } from './tls/tls-listener.ts';

const names = { hosts: ['localhost'], addresses: ['127.0.0.1'] };
const open: { destroy(): unknown }[] = [];
const listeners: Listener[] = [];

afterEach(async () => {
  for (const socket of open.splice(0)) socket.destroy();
  await Promise.all(listeners.splice(0).map((listener) => listener.close()));
});

interface Accepted {
  socket: Duplex;
  transport: Transport;
}

function closed(socket: Duplex): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** Collects what a listener hands over; `next` waits for one. */
function collector() {
  const waiting: ((accepted: Accepted) => void)[] = [];
  const ready: Accepted[] = [];
  return {
    ready,
    accept(socket: Duplex, transport: Transport) {
      open.push(socket);
      socket.on('error', () => {});
      const taker = waiting.shift();
      if (taker) taker({ socket, transport });
      else ready.push({ socket, transport });
    },
    next: () =>
      new Promise<Accepted>((resolve) => {
        const accepted = ready.shift();
        if (accepted) resolve(accepted);
        else waiting.push(resolve);
      }),
  };
}

/** One that begins as many connections as in one tick, and no more before the test says that it is time. */
function narrowGate() {
  let next = () => {};
  const clock = {
    nowMs: () => 0,
    after(_ms: number, run: () => void) {
      next = run;
      return () => {};
    },
  };
  return { gate: new AcceptGate({ busy: () => {}, gaveUp: () => {} }, clock), tick: () => next() };
}

function tcp(port: number): Socket {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => {});
  open.push(socket);
  return socket;
}

describe('the TCP listener', () => {
  test('says which setting to change when its port is taken', async () => {
    const first = await listenTcp(listenOptions(), () => {});
    listeners.push(first);
    const options = listenOptions();
    const taken = { ...options, place: { ...options.place, port: first.port } };
    const second = listenTcp(taken, () => {});
    await expect(second).rejects.toBeInstanceOf(StartupError);
    await expect(second).rejects.toThrow(/IOT_MQTT_PORT: port \d+ of 127\.0\.0\.1 is taken/);
  });

  test('closes a connection beyond the limit without handing it over, and takes one again after a close', async () => {
    const options = listenOptions({ maxConnections: 1, maxConnectionsPerAddress: 1 });
    const accepted = collector();
    const listener = await listenTcp(options, accepted.accept);
    listeners.push(listener);
    const first = tcp(listener.port);
    const { socket } = await accepted.next();
    await closed(tcp(listener.port));
    expect(accepted.ready).toEqual([]);
    expect(options.refused).toEqual(['total connections']);
    socket.resume();
    first.destroy();
    await closed(socket);
    tcp(listener.port);
    expect((await accepted.next()).transport.secure).toBe(false);
  });

  test('has a connection over TCP wait for its turn', async () => {
    const { gate, tick } = narrowGate();
    const accepted = collector();
    const listener = await listenTcp({ ...listenOptions(), gate }, accepted.accept);
    listeners.push(listener);
    for (let n = 0; n < 65; n++) tcp(listener.port);
    await expect.poll(() => [gate.waiting, accepted.ready.length]).toEqual([1, 64]);
    tick();
    expect([gate.waiting, accepted.ready.length]).toEqual([0, 65]);
  });

  test('tells the address of the peer, and that it has no certificate', async () => {
    const accepted = collector();
    const listener = await listenTcp(listenOptions(), accepted.accept);
    listeners.push(listener);
    const socket = tcp(listener.port);
    const { transport } = await accepted.next();
    expect(transport).toMatchObject({ remoteAddress: '127.0.0.1', remotePort: socket.localPort });
    expect(transport.peerCertificate()).toBeUndefined();
  });
});

describe('the TLS listener', () => {
  let authority: CertificatePair;
  let certificate: CertificatePair;
  beforeAll(async () => {
    const key = await createKey();
    authority = { certificatePem: createAuthorityCertificate(key, new Date()), privateKeyPem: key };
    certificate = await issueServerCertificate(authority, names, new Date());
  });

  async function start(
    more: { handshakeTimeoutMs?: number; gate?: AcceptGate; handshakeSlots?: HandshakeSlots } = {},
  ) {
    const failed: { readonly reason: string; readonly address: string }[] = [];
    const accepted = collector();
    const tlsOptions = {
      ...listenOptions(),
      certificate,
      handshakeTimeoutMs: 60_000,
      handshakeFailed: ({ reason }: HandshakeFailure, address: string) => failed.push({ reason, address }),
      ...more,
    };
    const listener = await listenTls(tlsOptions, accepted.accept);
    listeners.push(listener);
    return { listener, accepted, failed, limiter: tlsOptions.limiter };
  }

  function tls(listener: TlsListener, more: ConnectionOptions = {}): TLSSocket {
    const socket = connectTls({
      port: listener.port,
      host: '127.0.0.1',
      ca: authority.certificatePem,
      servername: 'localhost',
      ...more,
    });
    socket.on('error', () => {});
    open.push(socket);
    return socket;
  }

  test('hands nothing over from a client that speaks no TLS or an old version, and gives the place back', async () => {
    const { listener, accepted, failed, limiter } = await start();
    const plain = tcp(listener.port);
    plain.write('GET / HTTP/1.1\r\n\r\n');
    await closed(plain);
    await closed(tls(listener, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }));
    expect(accepted.ready).toEqual([]);
    await expect.poll(() => limiter.connections).toBe(0);
    expect(failed).toEqual([
      { reason: 'HTTP instead of MQTT', address: '127.0.0.1' },
      { reason: 'no common TLS version or cipher', address: '127.0.0.1' },
    ]);
  });

  test('gives a handshake that stalls no more than ten seconds, however slowly single bytes come', async () => {
    expect(readSettings({}).mqttConnectTimeoutMs).toBeLessThanOrEqual(10_000);
    const { listener, accepted, failed, limiter } = await start({ handshakeTimeoutMs: 200 });
    const [silent, slow] = [tcp(listener.port), tcp(listener.port)];
    // A record of 512 bytes begins.
    slow.write(Buffer.from('160301020001000200', 'hex'));
    const trickle = setInterval(() => slow.write('x'), 20);
    onTestFinished(() => clearInterval(trickle));
    await Promise.all([closed(silent), closed(slow)]);
    await expect.poll(() => limiter.connections).toBe(0);
    const tooSlow = { reason: 'TLS handshake too slow', address: '127.0.0.1' };
    expect(failed).toEqual([tooSlow, tooSlow]);
    expect(accepted.ready).toEqual([]);
  });

  test.each([
    ['RSA key exchange', 'AES128-GCM-SHA256'],
    ['CBC', 'ECDHE-RSA-AES128-SHA256'],
    ['SHA-1', 'ECDHE-RSA-AES128-SHA'],
  ])('refuses %s', async (_what, suite) => {
    const { listener, accepted, failed } = await start();
    const socket = tls(listener, { maxVersion: 'TLSv1.2', ciphers: `${suite}:@SECLEVEL=0` });
    await closed(socket);
    await expect
      .poll(() => failed)
      .toEqual([{ reason: 'no common TLS version or cipher', address: '127.0.0.1' }]);
    expect(accepted.ready).toEqual([]);
  });

  test('knows the address of every client whose handshake fails, however fast it goes, and tells of each once', async () => {
    const { listener, accepted, failed, limiter } = await start();
    const resets = 20;
    for (let n = 0; n < resets; n++) {
      const stranger = tcp(listener.port);
      await once(stranger, 'connect');
      // A handshake begins, and what it waits for never comes.
      stranger.write(Buffer.from('160301020001000200', 'hex'), () => stranger.resetAndDestroy());
      await closed(stranger);
    }
    const distrustful = tls(listener, { ca: [], maxVersion: 'TLSv1.2' });
    await closed(distrustful);
    await closed(tls(listener, { ciphers: 'AES128-SHA:@SECLEVEL=0', maxVersion: 'TLSv1.2' }));
    await expect.poll(() => limiter.connections).toBe(0);
    await expect.poll(() => failed.at(-1)?.reason).toBe('no common TLS version or cipher');
    expect(failed.filter(({ reason }) => reason === 'client ended the TLS handshake')).toHaveLength(resets);
    expect(new Set(failed.map(({ address }) => address))).toEqual(new Set(['127.0.0.1']));
    expect(accepted.ready.length).toBeLessThanOrEqual(1);
  });

  test('tells nothing of a peer that leaves before it sends a byte, as a health check does', async () => {
    const { listener, failed, limiter } = await start();
    for (const leave of ['end', 'destroy', 'resetAndDestroy'] as const) {
      const probe = tcp(listener.port);
      await once(probe, 'connect');
      probe[leave]();
      await closed(probe);
    }
    await expect.poll(() => limiter.connections).toBe(0);
    expect(failed).toEqual([]);
  });

  test('begins no more handshakes than there are slots, and has a slot again when one has ended', async () => {
    const handshakeSlots = new HandshakeSlots({ maxHandshakes: 3, maxHandshakesPerAddress: 2 });
    const { listener, accepted, limiter } = await start({ handshakeSlots });
    const stalled = [tcp(listener.port), tcp(listener.port)];
    await expect.poll(() => handshakeSlots.underWay).toBe(2);
    const waiting = once(tls(listener), 'secureConnect');
    await once(tls(listener, { localAddress: '127.0.0.2' } as ConnectionOptions), 'secureConnect');
    await accepted.next();
    stalled[0]?.destroy();
    await waiting;
    await accepted.next();
    stalled[1]?.destroy();
    await expect.poll(() => handshakeSlots.underWay).toBe(0);
    expect(limiter.connections).toBe(2);
  });

  test('hands over what came before the end of a client, and still answers it', async () => {
    const { listener, accepted } = await start();
    const client = tls(listener);
    client.end('all that it says');
    const heard = once(client, 'data');
    const { socket } = await accepted.next();
    // As an engine does that answers clients which have ended their side.
    socket.allowHalfOpen = true;
    const ended = once(socket, 'end');
    const [chunk] = await once(socket, 'data');
    await ended;
    socket.end('the answer');
    expect([String(chunk), String((await heard)[0])]).toEqual(['all that it says', 'the answer']);
    await closed(client);
  });

  test('has a connection over TLS wait for its turn', async () => {
    const { gate, tick } = narrowGate();
    const { listener, accepted } = await start({ gate });
    for (let n = 0; n < 64; n++) tcp(listener.port);
    const secured = once(tls(listener), 'secureConnect');
    await expect.poll(() => gate.waiting).toBe(1);
    tick();
    await secured;
    await accepted.next();
    expect(gate.postponed).toBe(1);
  });

  test('refuses to renegotiate, and serves the next', async () => {
    const { listener, accepted } = await start();
    const socket = tls(listener, { maxVersion: 'TLSv1.2' });
    await once(socket, 'secureConnect');
    await accepted.next();
    const refused = once(socket, 'error');
    socket.renegotiate({}, () => {});
    expect(String((await refused)[0])).toContain('no renegotiation');
    await once(tls(listener), 'secureConnect');
    await accepted.next();
  });

  test.each([
    ['a name that nobody serves', { servername: 'nobody.example' }],
    ['the longest name', { servername: `${'a'.repeat(62)}.`.repeat(4).slice(0, 250) }],
    ['a name that is none', { servername: '..\u0001%00/*' }],
    ['a name like a member of Object.prototype', { servername: '__proto__' }],
    ['protocols that nobody speaks', { ALPNProtocols: ['mqtt', '\u0000', 'x'.repeat(255)] }],
  ])('survives %s', async (_what, odd) => {
    const { listener, accepted } = await start();
    tls(listener, { checkServerIdentity: () => undefined, ...odd });
    expect((await accepted.next()).transport.secure).toBe(true);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'resumes a session of %s until the ticket key is replaced',
    async (version) => {
      const { listener, accepted } = await start();
      const open = async (session?: Buffer) => {
        const socket = tls(listener, {
          minVersion: version,
          maxVersion: version,
          ...(session && { session }),
        });
        const ticket = new Promise<Buffer>((resolve) => socket.once('session', resolve));
        await once(socket, 'secureConnect');
        (await accepted.next()).socket.write('x');
        await once(socket, 'data');
        return { isReused: socket.isSessionReused(), ticket };
      };
      const session = await (await open()).ticket;
      expect((await open(session)).isReused).toBe(true);
      listener.rotateTicketKeys();
      const again = await open(session);
      expect(again.isReused).toBe(false);
      expect((await open(await again.ticket)).isReused).toBe(true);
    },
  );

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('serves %s, with and without a server name', async (version) => {
    const { listener, accepted } = await start();
    const range = { minVersion: version, maxVersion: version };
    const named = tls(listener, range);
    await once(named, 'secureConnect');
    expect(named.getProtocol()).toBe(version);
    const { transport } = await accepted.next();
    expect(transport).toMatchObject({ secure: true, remoteAddress: '127.0.0.1' });
    expect(transport.peerCertificate()).toBeUndefined();
    await once(tls(listener, { ...range, servername: '' }), 'secureConnect');
    await accepted.next();
  });

  test('tells the certificate that the client showed, by any issuer', async () => {
    const { listener, accepted } = await start();
    tls(listener, { cert: certificate.certificatePem, key: certificate.privateKeyPem });
    const { transport } = await accepted.next();
    const pem = transport.peerCertificate()?.toString('base64');
    expect(certificate.certificatePem.replaceAll('\n', '')).toContain(pem);
  });

  test('shows a replaced certificate to new connections and leaves the open ones alone', async () => {
    const { listener, accepted } = await start();
    const before = tls(listener);
    const { socket } = await accepted.next();
    const other = await issueServerCertificate(
      authority,
      { ...names, hosts: ['localhost', 'new.example'] },
      new Date(),
    );
    listener.replaceCertificate(other);
    const after = tls(listener);
    await once(after, 'secureConnect');
    expect(after.getPeerX509Certificate()?.checkHost('new.example')).toBe('new.example');
    socket.write('x');
    expect(String((await once(before, 'data'))[0])).toBe('x');
  });
});
