/** Certificates as fleets in the field have them: their keys were made years ago, and cannot be made anew. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { type ConnectionOptions, connect } from 'node:tls';
import {
  type CertificatePair,
  createAuthorityCertificate,
  createKey,
  issueServerCertificate,
} from '@iotcore/server-certificate/issue';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listenOptions } from '../testing/listen-options.ts';
import { type KeyPair, selfSigned } from '../testing/self-signed.ts';
import { listenTls, type TlsListener } from './tls-listener.ts';

let listener: TlsListener;
let certificate: CertificatePair;
/** Told of each handshake: the certificate (DER) that the client showed, or why there was none. */
let seen: (outcome: Buffer | string | undefined) => void = () => {};

beforeAll(async () => {
  const key = await createKey();
  const authority = { certificatePem: createAuthorityCertificate(key, new Date()), privateKeyPem: key };
  certificate = await issueServerCertificate(
    authority,
    { hosts: ['localhost'], addresses: ['127.0.0.1'] },
    new Date(),
  );
  listener = await listenTls(
    {
      ...listenOptions(),
      refusedByLimit: (limit) => seen(limit),
      certificate,
      handshakeTimeoutMs: 60_000,
      handshakeFailed: ({ code }) => seen(code),
    },
    (socket, { peerCertificate }) => {
      socket.on('error', () => {});
      seen(peerCertificate());
      socket.destroy();
    },
  );
});
afterAll(() => listener.close());

/** What the server makes of a client with this certificate; the client itself has no objections to its own. */
async function connectWith(cert: string, { privateKey }: KeyPair, more: ConnectionOptions) {
  const outcome = new Promise<Buffer | string | undefined>((resolve) => {
    seen = resolve;
  });
  const socket = connect({
    port: listener.port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    cert,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ciphers: 'ALL:@SECLEVEL=0',
    ...more,
  });
  socket.on('error', () => {});
  const found = await outcome;
  socket.destroy();
  return found;
}

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
const only = (version: 'TLSv1.2' | 'TLSv1.3') => ({ minVersion: version, maxVersion: version }) as const;

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s a client gets in with a certificate', (version) => {
  test.each([
    ['of 1024 bits', 1024, 'sha256'],
    ['of 1024 bits signed with SHA-1', 1024, 'sha1'],
    ['of 2048 bits signed with SHA-1', 2048, 'sha1'],
  ] as const)('for an RSA key %s', async (_what, bits, hash) => {
    const keys = rsa(bits);
    const cert = selfSigned(keys, hash);
    expect(await connectWith(cert, keys, only(version))).toEqual(new X509Certificate(cert).raw);
  });
});

describe('over TLS 1.2 a client gets in with a certificate', () => {
  test.each([
    'P-256',
    'P-384',
    'P-521',
    'secp224r1',
    'secp256k1',
    'brainpoolP256r1',
    'brainpoolP384r1',
    'brainpoolP512r1',
  ])('for a key on the curve %s, which it says it knows', async (namedCurve) => {
    const keys = generateKeyPairSync('ec', { namedCurve });
    const cert = selfSigned(keys);
    const found = await connectWith(cert, keys, { ...only('TLSv1.2'), ecdhCurve: `P-256:${namedCurve}` });
    expect(found).toEqual(new X509Certificate(cert).raw);
  });
});

describe('the handshake itself is as strong as for anybody else', () => {
  test('a client that signs with nothing but SHA-1 is refused', async () => {
    const keys = rsa(2048);
    const more = { ...only('TLSv1.2'), sigalgs: 'RSA+SHA1' };
    expect(await connectWith(selfSigned(keys), keys, more)).toMatch(/SIGNATURE_ALGORITHMS/);
  });
});
