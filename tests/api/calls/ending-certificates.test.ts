/** Certificates of a folder by their end: who looks after a fleet finds those that run out before they do. */
import { createHash, X509Certificate } from 'node:crypto';
import { makeCertificate, makeExpiredCertificate } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { createAccount } from '../support/accounts.ts';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { newFixture } from '../support/operation-rows.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const dayMs = 86_400_000;
const path = (query: Record<string, string>) => `/ext/v1/certificates?${new URLSearchParams(query)}`;
const fingerprintOf = (pem: string) => createHash('sha1').update(new X509Certificate(pem).raw).digest('hex');

/** A registry, a device and a broker with a certificate each: one has run out, one is about to, one has long. */
async function setUp() {
  const { api } = installation();
  const fixture = await newFixture(api);
  const ended = await makeExpiredCertificate({ commonName: 'pump-7' });
  const soon = await makeCertificate({ notAfter: new Date(Date.now() + 10 * dayMs) });
  const long = await makeCertificate({ notAfter: new Date(Date.now() + 3000 * dayMs) });
  const add = (owner: string, certificateData: string) =>
    api.must('POST', `${owner}/certificates`, { certificateData });
  await add(`/iot-broker/v1/brokers/${fixture.brokerId}`, long.certPem);
  await add(`/iot-devices/v1/registries/${fixture.registryId}`, soon.certPem);
  await add(`/iot-devices/v1/devices/${fixture.deviceId}`, ended.certPem);
  const [first, second, third] = [ended, soon, long].map(({ certPem }) => fingerprintOf(certPem));
  return { ...fixture, ended, first, second, third };
}

test('certificates are refused to who may not see the folder, and for a time that is none', async () => {
  const { api } = installation();
  const { folderId } = await newFixture(api);
  const account = await createAccount(api, { folderId, role: 'viewer' });
  expectRefusal(await account.call('GET', path({ folderId: 'of-others' })), 'PERMISSION_DENIED');
  expectViolations(await account.call('GET', path({})), 'folderId');
  expectViolations(await account.call('GET', path({ folderId, endsBefore: 'soon' })), 'endsBefore');
  expectViolations(await account.call('GET', path({ folderId, pageToken: 'none' })), 'pageToken');
});

test('those that end first come first, each with its owner, its subject and its dates', async () => {
  const { api } = installation();
  const { folderId, deviceId, registryId, brokerId, ended, first, second, third } = await setUp();
  await setUp();
  const { certificates } = await api.must('GET', path({ folderId }));
  const { validFromDate, validToDate } = new X509Certificate(ended.certPem);
  expect(certificates[0]).toEqual({
    fingerprint: first,
    resourceKind: 'DEVICE',
    resourceId: deviceId,
    resourceName: 'named',
    subject: 'CN=pump-7',
    notBefore: validFromDate.toISOString(),
    notAfter: validToDate.toISOString(),
  });
  expect(certificates.slice(1)).toMatchObject([
    { fingerprint: second, resourceKind: 'REGISTRY', resourceId: registryId, resourceName: 'named' },
    { fingerprint: third, resourceKind: 'BROKER', resourceId: brokerId, resourceName: 'named' },
  ]);
});

test('they are found by when they end, by whose they are, and page by page', async () => {
  const { api } = installation();
  const { folderId, registryId, first, second, third } = await setUp();
  const find = async (query: Record<string, string>) => {
    const found = await api.must('GET', path({ folderId, ...query }));
    const fingerprints = (found.certificates as { fingerprint: string }[]).map((one) => one.fingerprint);
    return { fingerprints, next: found.nextPageToken as string | undefined };
  };
  const inDays = (days: number) => new Date(Date.now() + days * dayMs).toISOString();
  expect((await find({ endsBefore: inDays(30) })).fingerprints).toEqual([first, second]);
  expect((await find({ endsBefore: inDays(0) })).fingerprints).toEqual([first]);
  expect((await find({ resourceId: registryId })).fingerprints).toEqual([second]);
  expect((await find({ resourceId: registryId, endsBefore: inDays(0) })).fingerprints).toEqual([]);
  const pages: string[][] = [];
  let pageToken = '';
  for (;;) {
    const { fingerprints, next } = await find({ pageSize: '1', ...(pageToken && { pageToken }) });
    pages.push(fingerprints);
    if (next === undefined) break;
    pageToken = next;
  }
  expect(pages).toEqual([[first], [second], [third]]);
});
