/** A key and a certificate that it signs for itself: what a device, registry or broker is known by. */
import { KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { signCertificate } from '@iotcore/credentials/certificates';
import type { KeyAlgorithm } from './key-algorithms.ts';

export interface SelfSigned {
  readonly certPem: string;
  /** PKCS #8. */
  readonly keyPem: string;
  /** SHA-1 over the DER: its name in the API. */
  readonly fingerprint: string;
  readonly validUntil: Date;
}

export interface SelfSignedOptions {
  readonly algorithm: KeyAlgorithm;
  readonly commonName: string;
  readonly days: number;
  readonly now: Date;
}

const dayMs = 86_400_000;
/** Clocks of small devices are wrong, mostly slow. */
const backdateMs = dayMs;

const rsa = (modulusLength: number) => ({
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength,
  publicExponent: new Uint8Array([1, 0, 1]),
});
const parameters = {
  'rsa-2048': rsa(2048),
  'rsa-4096': rsa(4096),
  'ecdsa-p256': { name: 'ECDSA', namedCurve: 'P-256' },
  'ecdsa-p384': { name: 'ECDSA', namedCurve: 'P-384' },
} as const satisfies Record<KeyAlgorithm, object>;

export async function createSelfSigned({
  algorithm,
  commonName,
  days,
  now,
}: SelfSignedOptions): Promise<SelfSigned> {
  const keys = (await webcrypto.subtle.generateKey(parameters[algorithm], true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const certificate = await signCertificate({
    // 0x40 in front keeps the number positive and free of a leading zero, as DER wants it.
    serialNumber: `40${randomBytes(15).toString('hex')}`,
    commonName,
    notBefore: new Date(now.getTime() - backdateMs),
    notAfter: new Date(now.getTime() + days * dayMs),
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    hash: algorithm === 'ecdsa-p384' ? 'SHA-384' : 'SHA-256',
    forClients: true,
  });
  return {
    certPem: certificate.toString(),
    keyPem: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
    fingerprint: certificate.fingerprint.replaceAll(':', '').toLowerCase(),
    validUntil: certificate.validToDate,
  };
}
