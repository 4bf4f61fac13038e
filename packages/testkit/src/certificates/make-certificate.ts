import { KeyObject, webcrypto } from 'node:crypto';
import { signCertificate } from '@iotcore/credentials/certificates';
import { notePrivateKey } from '../secrets/known-secrets.ts';

export type KeyKind = 'rsa' | 'ecdsa' | 'ed25519';

export interface CertificateOptions {
  /** Default `ecdsa` (P-256), the cheapest to make. `rsa` has 2048 bits. */
  readonly key?: KeyKind;
  /** Keys that are there already, in place of new ones. */
  readonly keys?: webcrypto.CryptoKeyPair;
  readonly commonName?: string;
  /** Default: an hour ago, and in a day. */
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** DNS names and IP addresses of a server certificate. */
  readonly names?: readonly string[];
  /** Who signs it; default: itself. */
  readonly issuer?: TestCertificate;
  /** May it sign others? Default false. */
  readonly authority?: boolean;
}

export interface TestCertificate {
  readonly certPem: string;
  /** PKCS#8. */
  readonly keyPem: string;
  readonly der: Buffer;
  /** Lower-case hex over the DER: what authentication compares. */
  readonly sha256: string;
  /** Lower-case hex over the DER: the `fingerprint` of the API. */
  readonly sha1: string;
  /** For signing others with it. */
  readonly keys: webcrypto.CryptoKeyPair;
}

const hour = 3_600_000;

/** Makes a key and a certificate for it, at run time: no test depends on a file that ages. */
export async function makeCertificate(options: CertificateOptions = {}): Promise<TestCertificate> {
  const keys = options.keys ?? (await generateKeys(options.key ?? 'ecdsa'));
  const signer = options.issuer?.keys ?? keys;
  const signed = await signCertificate({
    serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(16))).toString('hex'),
    commonName: options.commonName ?? 'test',
    notBefore: options.notBefore ?? new Date(Date.now() - hour),
    notAfter: options.notAfter ?? new Date(Date.now() + 24 * hour),
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    issuer: options.issuer?.certPem,
    authority: options.authority,
    names: options.names,
  });
  const keyPem = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
  notePrivateKey(keyPem);
  return {
    certPem: signed.toString(),
    keyPem,
    der: signed.raw,
    sha256: hex(signed.fingerprint256),
    sha1: hex(signed.fingerprint),
    keys,
  };
}

/** A certificate whose time is over. */
export function makeExpiredCertificate(options: CertificateOptions = {}): Promise<TestCertificate> {
  const now = Date.now();
  return makeCertificate({
    ...options,
    notBefore: new Date(now - 48 * hour),
    notAfter: new Date(now - hour),
  });
}

/** A certificate whose time has not come. */
export function makeFutureCertificate(options: CertificateOptions = {}): Promise<TestCertificate> {
  const now = Date.now();
  return makeCertificate({
    ...options,
    notBefore: new Date(now + hour),
    notAfter: new Date(now + 48 * hour),
  });
}

const algorithms = {
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  ecdsa: { name: 'ECDSA', namedCurve: 'P-256' },
  ed25519: { name: 'Ed25519' },
} as const;

async function generateKeys(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  const keys = await webcrypto.subtle.generateKey(algorithms[kind], true, ['sign', 'verify']);
  return keys as webcrypto.CryptoKeyPair;
}

const hex = (fingerprint: string) => fingerprint.replaceAll(':', '').toLowerCase();
