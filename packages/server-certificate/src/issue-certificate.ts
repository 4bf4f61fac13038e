/**
 * Makes the installation's certificate authority and server certificates. node-forge writes the certificate, node:crypto
 * makes the key. RSA, since that is what every TLS stack of a small device can verify.
 */
import { createPublicKey, generateKeyPair, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import type forge from 'node-forge';
import type { ServerNames } from './server-names.ts';

export interface CertificatePair {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** RSA key length: 128-bit security is not needed for keys replaced yearly, and 2048 verifies fast on small devices. */
const keyBits = 2048;
const dayMs = 24 * 60 * 60 * 1000;
/** Devices carry the authority in firmware, so it must outlive them. */
const authorityDays = 20 * 365;
/** The longest that browsers and libraries accept from anybody. */
const serverDays = 397;
/** Small devices' clocks are wrong, mostly slow. */
const backdateMs = dayMs;

/** Kinds of subjectAltName in X.509 (RFC 5280 section 4.2.1.6). */
const altName = { dns: 2, ip: 7 } as const;

/** Loaded when a certificate is made, once a year: all other starts are sooner without. */
const loadForge = (): typeof forge => createRequire(import.meta.url)('node-forge');

/** A new private key, PEM in PKCS #8. */
export async function createKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: keyBits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return privateKey;
}

/** The certificate of a new authority that has this key, valid from now. */
export function createAuthorityCertificate(privateKeyPem: string, now: Date): string {
  // A random part in the name keeps two installations' authorities apart in a client's trust store.
  const name = [{ name: 'commonName', value: `IoT Core CA ${randomBytes(4).toString('hex')}` }];
  const certificate = draft(privateKeyPem, now, authorityDays);
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  return sign(certificate, privateKeyPem);
}

/** A server certificate for these names, signed by the authority, valid from now. */
export async function issueServerCertificate(
  authority: CertificatePair,
  names: ServerNames,
  now: Date,
): Promise<CertificatePair> {
  const issuer = loadForge().pki.certificateFromPem(authority.certificatePem);
  const privateKeyPem = await createKey();
  const certificate = draft(privateKeyPem, now, serverDays);
  certificate.setSubject([{ name: 'commonName', value: (names.hosts[0] ?? 'iotcore').slice(0, 64) }]);
  certificate.setIssuer(issuer.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes() },
    {
      name: 'subjectAltName',
      altNames: [
        ...names.hosts.map((value) => ({ type: altName.dns, value })),
        ...names.addresses.map((ip) => ({ type: altName.ip, ip })),
      ],
    },
  ]);
  return { certificatePem: sign(certificate, authority.privateKeyPem), privateKeyPem };
}

function draft(privateKeyPem: string, now: Date, days: number): forge.pki.Certificate {
  const { pki } = loadForge();
  const certificate = pki.createCertificate();
  const publicKeyPem = createPublicKey(privateKeyPem).export({ type: 'spki', format: 'pem' }).toString();
  certificate.publicKey = pki.publicKeyFromPem(publicKeyPem);
  // 0x40 in front keeps the number positive and free of a leading zero, as DER wants it.
  certificate.serialNumber = `40${randomBytes(15).toString('hex')}`;
  certificate.validity.notBefore = new Date(now.getTime() - backdateMs);
  certificate.validity.notAfter = new Date(now.getTime() + days * dayMs);
  return certificate;
}

function sign(certificate: forge.pki.Certificate, signerPem: string): string {
  const { pki, md } = loadForge();
  certificate.sign(pki.privateKeyFromPem(signerPem), md.sha256.create());
  return pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}
