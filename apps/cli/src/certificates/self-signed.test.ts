import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readCertificate } from '@iotcore/model';
import { expect, test } from 'vitest';
import { keyAlgorithms } from './key-algorithms.ts';
import { createSelfSigned } from './self-signed.ts';

const now = new Date('2026-11-30T12:00:00Z');

test.for(keyAlgorithms)('%s makes a certificate that the service takes, with its key', async (algorithm) => {
  const made = await createSelfSigned({ algorithm, commonName: 'pump, hall 7', days: 10, now });
  const certificate = new X509Certificate(made.certPem);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(made.keyPem))).toBe(true);
  expect(certificate.subject).toBe('CN=pump\\, hall 7');
  expect(certificate.validToDate).toEqual(new Date('2026-12-10T12:00:00Z'));
  expect(certificate.validFromDate).toEqual(new Date('2026-11-29T12:00:00Z'));
  expect(readCertificate(made.certPem)).toMatchObject({
    ok: true,
    certificate: { fingerprint: made.fingerprint },
  });
});
