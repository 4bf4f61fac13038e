import { createId } from '@iotcore/model';
import { type Json, makeCertificate, makePassword } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { createAccount } from '../support/accounts.ts';
import { expectRefusal, expectViolations } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();

const urlOf = (registryId: string, query = '') => `/ext/v1/registries/${registryId}/export${query}`;

/** A registry with devices of these IDs. */
async function newRegistry(ids: readonly string[] = []): Promise<{ id: string; folderId: string }> {
  const entry = { id: createId(), folderId: newFolder() };
  const devices = ids.map((id) => ({ id, registryId: entry.id }));
  await installation().api.must('POST', '/ext/v1/import', { registries: [entry], devices });
  return entry;
}

describe('refused are', () => {
  test('whoever may not see the folder, as if the registry were not there', async () => {
    const { api } = installation();
    const { id } = await newRegistry();
    const stranger = await createAccount(api, { folderId: newFolder(), role: 'admin' });
    const foreign = await stranger.call('GET', urlOf(id));
    expectRefusal(foreign, 'NOT_FOUND');
    expect(foreign.body).toEqual((await stranger.call('GET', urlOf('nowhere'))).body);
  });

  test.each([
    ['-1', 'pageSize=-1', 'pageSize'],
    ['1,001', 'pageSize=1001', 'pageSize'],
    ['a token of another registry', 'pageToken=', 'pageToken'],
  ])('a page of %s', async (_, query, field) => {
    const { api } = installation();
    const other = await newRegistry([createId(), createId()]);
    const { nextPageToken } = await api.must('GET', urlOf(other.id, '?pageSize=1'));
    const { id } = await newRegistry();
    const given = query === 'pageToken=' ? query + nextPageToken : query;
    expectViolations(await api.call('GET', urlOf(id, `?${given}`)), field);
  });
});

test('a device comes with its certificates and the number of its passwords, and can be imported as it came', async () => {
  const { api } = installation();
  const { id: registryId, folderId } = await newRegistry();
  const { certPem: certificateData, sha1: fingerprint } = await makeCertificate();
  const id = createId();
  const entry = {
    id,
    registryId,
    createdAt: '2021-03-04T09:12:55.123Z',
    name: 'pump',
    labels: { a: 'b' },
    topicAliases: { 'pump/': `$devices/${id}/` },
    status: 'ACTIVE',
  };
  const certificates = [{ deviceId: id, certificateData, createdAt: entry.createdAt }];
  await api.must('POST', '/ext/v1/import', { devices: [entry], certificates });
  await api.addPassword({ deviceId: id }, makePassword());
  await api.addPassword({ deviceId: id }, makePassword());

  const viewer = await createAccount(api, { folderId, role: 'viewer' });
  const { status, body } = await viewer.call('GET', urlOf(registryId));
  expect(status).toBe(200);
  expect(body).toEqual({
    devices: [
      {
        ...entry,
        certificates: [{ fingerprint, certificateData, createdAt: entry.createdAt }],
        passwordCount: 2,
      },
    ],
  });

  const [{ certificates: exported, passwordCount: _, ...device }] = body.devices;
  const again = {
    devices: [device],
    certificates: exported.map((certificate: object) => ({ deviceId: id, ...certificate })),
  };
  const { results } = await api.must('POST', '/ext/v1/import', again);
  expect(results.map(({ outcome }: Json) => outcome)).toEqual(['UNCHANGED', 'UNCHANGED']);
});

test('pages hold every device once, in the order of their IDs, though devices come and go meanwhile', async () => {
  const { api } = installation();
  const ids = Array.from({ length: 7 }, (_, i) => `${i}${createId()}`);
  const { id } = await newRegistry(ids);
  const seen: string[] = [];
  let token = '';
  do {
    const page = await api.must('GET', urlOf(id, `?pageSize=3&pageToken=${token}`));
    seen.push(...page.devices.map((device: Json) => device.id));
    if (token === '') await api.must('DELETE', `/iot-devices/v1/devices/${ids[0]}`);
    token = page.nextPageToken ?? '';
  } while (token !== '');
  expect(seen).toEqual(ids);
});

test('a registry without devices is an empty page', async () => {
  const { id } = await newRegistry();
  expect(await installation().api.must('GET', urlOf(id))).toEqual({ devices: [] });
});
