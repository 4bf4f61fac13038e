/** Original names and numbers of enums, as proto3 JSON asks of parsers; docs/api.md says what holds. */
import { makeCertificate } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { expectViolations } from '../support/answers.ts';
import { newFolder } from '../support/folders.ts';
import { watchedInstallation } from '../support/watched-installation.ts';

const installation = watchedInstallation();
const registries = '/iot-devices/v1/registries';

test('a field under both of its names is refused, in bodies and in messages within', async () => {
  const { api } = installation();
  const folderId = newFolder();
  const twice = { folderId, folder_id: folderId, logOptions: { minLevel: 'INFO', min_level: 'INFO' } };
  expectViolations(await api.call('POST', registries, twice), 'folder_id', 'logOptions.min_level');
  expect((await api.must('GET', `${registries}?folderId=${folderId}`)).registries).toEqual([]);
});

test('what is wrong is told under the name that was given', async () => {
  const { api } = installation();
  const { id } = await api.createRegistry();
  const body = {
    registry_id: id,
    topic_aliases: { 'a/': '$devices/another/' },
    certificates: [{ certificate_data: 'x' }],
  };
  expectViolations(
    await api.call('POST', '/iot-devices/v1/devices', body),
    'certificates[0].certificate_data',
  );
  // Found by the operation itself, after the schemas.
  const { certificates: _, ...fields } = body;
  expectViolations(await api.call('POST', '/iot-devices/v1/devices', fields), 'topic_aliases.a/');
  const page = await api.call('GET', `${registries}?folder_id=a&page_token=x`);
  expectViolations(page, 'page_token');
  const mask = await api.call('PATCH', `${registries}/${id}`, { update_mask: 'log_option' });
  expectViolations(mask, 'update_mask');
  expect(mask.body.message).toContain('"log_option"');
});

test('a registry and a device are created, changed and listed with original names alone', async () => {
  const { api } = installation();
  const folder_id = newFolder();
  const { certPem: certificate_data } = await makeCertificate();
  const labels = { folder_id: 'kept', min_level: '1' };
  const created = await api.must('POST', registries, {
    folder_id,
    labels,
    log_options: { min_level: 4 },
    certificates: [{ certificate_data }],
  });
  expect(created.response).toMatchObject({ folderId: folder_id, labels, logOptions: { minLevel: 'WARN' } });
  const registry_id = created.response.id;

  const device = await api.must('POST', '/iot-devices/v1/devices', {
    registry_id,
    topic_aliases: { 'topic_aliases/': '$devices/{id}/' },
  });
  const deviceId = device.response.id;
  const prefix = `$devices/${deviceId}/`;
  expect(device.response.topicAliases).toEqual({ 'topic_aliases/': prefix });
  const update = { update_mask: 'topic_aliases', topic_aliases: { folderId: prefix } };
  const updated = await api.must('PATCH', `/iot-devices/v1/devices/${deviceId}`, update);
  expect(updated.response.topicAliases).toEqual({ folderId: prefix });

  const first = await api.must('GET', `/iot-devices/v1/devices?registry_id=${registry_id}&device_view=1`);
  expect(first.devices).toMatchObject([{ id: deviceId }]);
  await api.must('POST', registries, { folder_id });
  const page = await api.must('GET', `${registries}?folder_id=${folder_id}&page_size=1`);
  const next = `${registries}?folderId=${folder_id}&pageSize=1&page_token=${page.nextPageToken}`;
  expect((await api.must('GET', next)).registries).toHaveLength(1);
});

test('entries of an import are checked alone, under the names that each was given', async () => {
  const { api } = installation();
  const folder_id = newFolder();
  const { results } = await api.must('POST', '/ext/v1/import', {
    dry_run: true,
    registries: [
      { id: 'r1', folder_id, status: 4, created_at: 'yesterday' },
      { id: 'r2', folder_id, folderId: folder_id },
      { id: 'r3', folder_id, status: 4 },
    ],
  });
  expect(results).toMatchObject([
    { outcome: 'REFUSED', reason: expect.stringMatching(/^created_at: /) },
    { outcome: 'REFUSED', reason: expect.stringContaining('folder_id: It is given as folderId too') },
    { outcome: 'CREATED' },
  ]);
});
