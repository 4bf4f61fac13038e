import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:http2';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { makeCertificate } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { GrpcPorts } from './ports.ts';

async function openTls(maxConnectionsPerAddress?: number) {
  const { certPem, keyPem } = await makeCertificate({ names: ['localhost', '127.0.0.1'] });
  const ports = new GrpcPorts({ http1: createHttpServer(), http2: createServer() }, maxConnectionsPerAddress);
  expect(ports.tlsPort).toBeUndefined();
  const place = { host: '127.0.0.1', port: 0, variables: { host: 'HOST', port: 'PORT' } };
  await ports.openTls(place, { certificatePem: certPem, privateKeyPem: keyPem });
  onTestFinished(() => ports.close());
  const { tlsPort: port = 0 } = ports;
  const dial = (protocol = 'h2', options: ConnectionOptions = {}) => {
    const where = { host: '127.0.0.1', port, ca: certPem };
    const socket = connect({ ...where, ALPNProtocols: [protocol], ...options });
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
    return socket;
  };
  return { dial };
}

const isServed = (socket: TLSSocket): Promise<boolean> =>
  new Promise((resolve) => {
    socket.once('secureConnect', () => resolve(true)).once('close', () => resolve(false));
  });

test('an address has so many connections and no more, until one of them ends', async () => {
  const { dial } = await openTls(2);
  const first = dial();
  expect(await isServed(first)).toBe(true);
  expect(await isServed(dial('http/1.1'))).toBe(true);
  expect(await isServed(dial())).toBe(false);
  first.destroy();
  await expect.poll(() => isServed(dial())).toBe(true);
  expect(await isServed(dial())).toBe(false);
});

test.each(['h2', 'http/1.1'])('a client that asks for %s gets it', async (protocol) => {
  const { dial } = await openTls();
  const socket = dial(protocol);
  expect(await isServed(socket)).toBe(true);
  expect(socket.alpnProtocol).toBe(protocol);
});

test('a client that speaks neither protocol gets no connection', async () => {
  const { dial } = await openTls();
  expect(await isServed(dial('h3'))).toBe(false);
});

test.each(['TLSv1', 'TLSv1.1'] as const)(
  'a client that speaks no more than %s gets no connection',
  async (version) => {
    const { dial } = await openTls();
    const old = { minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' };
    expect(await isServed(dial('h2', old))).toBe(false);
    expect(await isServed(dial('h2', { maxVersion: 'TLSv1.2' }))).toBe(true);
  },
);
