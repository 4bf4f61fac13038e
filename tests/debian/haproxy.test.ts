/** HAProxy in front of the MQTT listeners, with the configurations of docs/connections.md. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { findFreePort } from '@iotcore/process';
import {
  Command,
  connectPacket,
  makeCertificate,
  packet,
  repositoryRoot,
  sharedInstallation,
  type TestCertificate,
  text,
} from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createDevice, createRegistry } from '../mqtt/support/test-client.ts';

const installation = sharedInstallation({
  withoutBystanders: 'they would have to come through a proxy; the clients of the tests do',
  env: { IOT_MQTT_PROXY_PROTOCOL_FROM: '127.0.0.1/32', IOT_MQTT_PROXY_CERTIFICATE_FIELD: '0xE0' },
});

/** Another address of this machine than the proxy's. */
const clientAddress = '127.0.0.9';
const field = ' set-proxy-v2-tlv-fmt(0xE0) %[ssl_c_der,sha2(256),hex]';

/** Starts HAProxy with a configuration of the page, at places of this machine; answers the port, and what it prints. */
async function startHaproxy(at: 'passes TLS on' | 'ends TLS') {
  const page = await readFile(join(repositoryRoot, 'docs/connections.md'), 'utf8');
  const [passing, ending] = [...page.matchAll(/^```haproxy\n(.*?)^```$/gms)].map(([, block]) => block ?? '');
  const block = (at === 'ends TLS' ? ending : passing) ?? '';
  expect(block.includes(field)).toBe(at === 'ends TLS');
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-haproxy-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const own = await makeCertificate({ commonName: 'localhost' });
  await writeFile(join(folder, 'server.pem'), own.certPem + own.keyPem);
  const port = await findFreePort();
  const here = block
    .replace('bind :8883', `bind 127.0.0.1:${port}`)
    .replaceAll('/etc/haproxy/iot.example.com.pem', join(folder, 'server.pem'))
    .replace('10.0.1.5:8883', `127.0.0.1:${installation().mqttsPort}`)
    .replace('10.0.1.5:1883', `127.0.0.1:${installation().mqttPort}`)
    // Debian's HAProxy is older than 2.9: what the field would hold is logged instead.
    .replace(field, '')
    .replace('mode tcp\n', 'mode tcp\n  log global\n  log-format "certificate %[ssl_c_der,sha2(256),hex]"\n');
  const config = join(folder, 'haproxy.cfg');
  await writeFile(config, `global\n  log stdout format raw local0\n${here}`);
  const haproxy = new Command('haproxy', ['-db', '-f', config]);
  return { port, haproxy };
}

/** A client on an address of its own; retries until the proxy listens and has seen that the server does. */
async function logIn(port: number, bytes: string, cert?: TestCertificate) {
  const open = () =>
    new Promise<{ socket: TLSSocket; answer: string }>((resolve, reject) => {
      const socket = connect({
        socket: connectTcp({ port, host: '127.0.0.1', localAddress: clientAddress }),
        rejectUnauthorized: false,
        ...(cert && { cert: cert.certPem, key: cert.keyPem }),
      });
      socket.once('error', reject).once('close', () => reject(new Error('closed')));
      socket.once('data', (answer) => resolve({ socket, answer: answer.toString('hex') }));
      socket.write(Buffer.from(bytes, 'hex'));
    });
  let opened: { socket: TLSSocket; answer: string } | undefined;
  await expect
    .poll(() =>
      open()
        .then((one) => (opened = one))
        .then(({ answer }) => answer, String),
    )
    .toBe('20020000');
  onTestFinished(() => void opened?.socket.destroy());
  return opened?.socket as TLSSocket;
}

describe('HAProxy', () => {
  test('that passes TLS on: a certificate logs in, under the address of its client', async () => {
    const device = await createDevice(installation(), await createRegistry(installation()));
    const certificate = await device.addCertificate();
    const proxy = await startHaproxy('passes TLS on');
    await logIn(proxy.port, packet('10', `${text('MQTT')}0402003c${text('passed-on')}`), certificate);
    await device.logLine(/^connected, cert: .*address: "127\.0\.0\.9:\d+", clientID: "passed-on"$/);
  });

  test('that ends TLS: a password logs in, and the field would name the certificate, whoever signed it', async () => {
    const device = await createDevice(installation(), await createRegistry(installation()));
    const certificate = await makeCertificate();
    const proxy = await startHaproxy('ends TLS');
    const socket = await logIn(proxy.port, connectPacket(device.id, device.password, 'ended'), certificate);
    await device.logLine(/^connected, password: .*address: "127\.0\.0\.9:\d+", clientID: "ended"$/);
    socket.end();
    await proxy.haproxy.line(new RegExp(`^certificate ${certificate.sha256}$`, 'i'));
  });
});
