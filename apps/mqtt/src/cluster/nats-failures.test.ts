/** Of a NATS that cannot be connected to, a start says what is wrong and what to do, in a sentence. Real TLS, beside what a NATS server says first. */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { createLogger, readSettings } from '@iotcore/process';
import {
  type CertificateOptions,
  listen,
  makeCertificate,
  makeExpiredCertificate,
  makeFutureCertificate,
  type TestCertificate,
} from '@iotcore/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openNatsCarrier } from './open-nats-carrier.ts';

let folder: string;
let authority: TestCertificate;
const caFile = () => join(folder, 'authority.pem');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iotcore-nats-'));
  authority = await makeCertificate({ commonName: 'authority', authority: true });
  writeFileSync(caFile(), authority.certPem);
});
afterAll(() => rm(folder, { recursive: true }));

/** The port of a server that says what a NATS server says first, and goes on in TLS if it has a certificate. */
function serve(certificate?: TestCertificate): Promise<number> {
  const { certPem: cert, keyPem: key } = certificate ?? {};
  const tls = certificate === undefined ? {} : { tls_required: true, tls_available: true };
  const info = { server_id: 'A', version: '2.9.10', proto: 1, max_payload: 1_048_576, headers: true, ...tls };
  return listen((socket) => {
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    const stream = certificate === undefined ? socket : new TLSSocket(socket, { isServer: true, cert, key });
    stream.on('error', () => {});
    stream.on('data', (said) => {
      if (String(said).includes('PING')) stream.write('PONG\r\n');
    });
  });
}

/** Starts a node's carrier; resolves with what is said if it fails. */
async function refusal(server: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const settings = readSettings({ IOT_NATS_SERVERS: server, ...env });
  const logger = createLogger('test', { logLevel: 'silent' });
  try {
    const carrier = await openNatsCarrier(settings, settings.natsServers ?? [], logger);
    await carrier.close();
    return 'connected';
  } catch (error) {
    expect(error).toMatchObject({ name: 'StartupError' });
    return (error as Error).message;
  }
}

const withAuthority = () => ({ IOT_NATS_CA_FILE: caFile() });

describe('a start says of its NATS', () => {
  const signed = async (options: CertificateOptions, make = makeCertificate) =>
    serve(await make({ issuer: authority, ...options }));

  test.each([
    ['is not the name', ['nats.example.com'], 'localhost', 'DNS:nats.example.com'],
    ['is an address which it lacks', ['localhost'], '127.0.0.1', 'DNS:localhost'],
    ['is another address', ['127.0.0.2'], '127.0.0.1', 'IP Address:127.0.0.2'],
  ])('whom its certificate is for, if what it is named by %s', async (_, names, host, told) => {
    const port = await signed({ names });
    const said = await refusal(`tls://${host}:${port}`, withAuthority());
    expect(said).toContain(
      `IOT_NATS_SERVERS: tls://${host}:${port}: its certificate is for ${told}: name it so in IOT_NATS_SERVERS`,
    );
  });

  test('that its certificate has expired, or is not valid yet', async () => {
    const names = ['localhost'];
    const expired = await signed({ names }, makeExpiredCertificate);
    expect(await refusal(`tls://localhost:${expired}`, withAuthority())).toContain(
      'has expired: renew it there',
    );
    const future = await signed({ names }, makeFutureCertificate);
    expect(await refusal(`tls://localhost:${future}`, withAuthority())).toContain(
      'is not valid yet: set the clock',
    );
  });

  test('that its authority is not known, whoever signed it', async () => {
    for (const issuer of [authority, undefined]) {
      const port = await serve(await makeCertificate({ names: ['localhost'], ...(issuer && { issuer }) }));
      expect(await refusal(`tls://localhost:${port}`)).toContain('name its file in IOT_NATS_CA_FILE');
    }
  });

  test('that it has no TLS though tls:// is asked for', async () => {
    expect(await refusal(`tls://localhost:${await serve()}`)).toContain(
      'it has no TLS: turn it on there, or write nats://',
    );
  });

  test('that it wants TLS though nats:// is asked for', async () => {
    const port = await signed({ names: ['127.0.0.1', 'localhost'] });
    expect(await refusal(`nats://127.0.0.1:${port}`)).toContain('it wants TLS: write tls:// for nats://');
  });

  test('which setting names a file that is not there, or holds no certificate', async () => {
    const missing = join(folder, 'missing');
    const noise = join(folder, 'noise');
    writeFileSync(noise, '-----BEGIN CERTIFICATE-----\nnoise\n-----END CERTIFICATE-----\n');
    const server = 'tls://localhost:1';
    expect(await refusal(server, { IOT_NATS_CREDENTIALS_FILE: missing })).toContain(
      `IOT_NATS_CREDENTIALS_FILE: ${missing} cannot be used`,
    );
    for (const file of [missing, noise])
      expect(await refusal(server, { IOT_NATS_CA_FILE: file })).toContain(
        `IOT_NATS_CA_FILE: ${file} cannot be used`,
      );
  });

  test('that its name is not known', async () => {
    expect(await refusal('tls://nats.invalid:4222')).toContain('its name is not known');
  });
});

test('a NATS is taken by name and by address, if its certificate names what it is named by', async () => {
  const port = await serve(await makeCertificate({ issuer: authority, names: ['127.0.0.1', 'localhost'] }));
  const byAddress = await serve(await makeCertificate({ issuer: authority, names: ['127.0.0.1'] }));
  for (const server of [`tls://localhost:${port}`, `tls://127.0.0.1:${port}`, `tls://127.0.0.1:${byAddress}`])
    expect(await refusal(server, withAuthority())).toBe('connected');
});
