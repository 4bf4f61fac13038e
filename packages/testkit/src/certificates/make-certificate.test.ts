import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { makeCertificate, makeExpiredCertificate, makeFutureCertificate } from './make-certificate.ts';

describe('makeCertificate', () => {
  test.each(['rsa', 'ecdsa', 'ed25519'] as const)('makes an %s certificate that TLS takes', async (key) => {
    const made = await makeCertificate({ key, commonName: 'sensor 7' });
    const read = new X509Certificate(made.certPem);
    expect(read.subject).toBe('CN=sensor 7');
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.checkPrivateKey(createPrivateKey(made.keyPem))).toBe(true);
    expect(() => createSecureContext({ cert: made.certPem, key: made.keyPem })).not.toThrow();
  });

  test('gives the fingerprints of the DER', async () => {
    const made = await makeCertificate();
    expect(new X509Certificate(made.certPem).raw).toEqual(made.der);
    expect(made.sha256).toBe(createHash('sha256').update(made.der).digest('hex'));
    expect(made.sha1).toBe(createHash('sha1').update(made.der).digest('hex'));
  });

  test('signs with an issuer and names hosts', async () => {
    const authority = await makeCertificate({ commonName: 'authority', authority: true });
    const server = await makeCertificate({ issuer: authority, names: ['localhost', '127.0.0.1', '::1'] });
    const read = new X509Certificate(server.certPem);
    expect(read.checkIssued(new X509Certificate(authority.certPem))).toBe(true);
    expect(read.checkHost('localhost')).toBe('localhost');
    expect(read.checkIP('::1')).toBe('::1');
    expect(read.checkHost('elsewhere')).toBeUndefined();
  });

  test('makes expired and future ones', async () => {
    const now = Date.now();
    const expired = new X509Certificate((await makeExpiredCertificate()).certPem);
    const future = new X509Certificate((await makeFutureCertificate()).certPem);
    expect(expired.validToDate.getTime()).toBeLessThan(now);
    expect(future.validFromDate.getTime()).toBeGreaterThan(now);
  });
});
