/** A webhook inside TLS: who is trusted, what is said of a certificate that is not, and that nothing is sent then. */
import {
  type CertificateOptions,
  makeCertificate,
  makeExpiredCertificate,
  type TestCertificate,
  WebhookReceiver,
} from '@iotcore/testkit';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { ExportFixture, exportingInstallation } from './support/exports.ts';

const installation = exportingInstallation();
let fixture: ExportFixture;
let authority: TestCertificate;
let foreign: TestCertificate;

beforeAll(async () => {
  fixture = await ExportFixture.create(installation());
  authority = await makeCertificate({ commonName: 'authority', authority: true });
  foreign = await makeCertificate({ commonName: 'foreign authority', authority: true });
});

/** A receiver that shows this certificate, and an export to it that trusts the authority. */
async function exportTo(certificate: TestCertificate) {
  const receiver = await WebhookReceiver.start({
    tls: { cert: certificate.certPem, key: certificate.keyPem },
  });
  onTestFinished(() => receiver.close());
  const handle = await fixture.create({
    target: { webhook: { url: receiver.url, caCertificate: authority.certPem } },
    retry: { maxInterval: '1s' },
  });
  await fixture.inForce(handle);
  return { receiver, handle };
}

const own = (): CertificateOptions => ({ names: ['127.0.0.1'], issuer: authority });

test.each<[string, () => Promise<TestCertificate>, RegExp]>([
  ['has expired', () => makeExpiredCertificate(own()), /CERT_HAS_EXPIRED/],
  [
    'is of an authority that is not trusted',
    () => makeCertificate({ ...own(), issuer: foreign }),
    /not accepted/,
  ],
  [
    'is of another name',
    () => makeCertificate({ ...own(), names: ['other.example'] }),
    /ERR_TLS_CERT_ALTNAME_INVALID/,
  ],
])('nothing is sent to a receiver whose certificate %s', async (_, make, error) => {
  const { receiver, handle } = await exportTo(await make());
  await expect.poll(async () => (await handle.state()).state, { interval: 50 }).toBe('MISCONFIGURED');
  const state = await handle.state();
  expect(state.lastError).toMatch(error);
  expect(state).toMatchObject({ delivered: '0', deadLetters: '0', discarded: '0' });
  expect(receiver.requests).toEqual([]);
});

test('a certificate of the authority that the export names is trusted, and an answer of garbage is a success', async () => {
  const { receiver, handle } = await exportTo(await makeCertificate(own()));
  receiver.behave = () => ({ status: 200, body: '\0<html>{"not": json' });
  const session = await fixture.device.connect();
  await session.publish(fixture.topic, 'inside TLS');
  expect(await handle.drained()).toMatchObject({ state: 'IDLE', deadLetters: '0', discarded: '0' });
  expect(receiver.requests.length).toBeGreaterThan(0);
});
