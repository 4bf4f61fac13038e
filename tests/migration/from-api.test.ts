/** Moving straight from an API that speaks as the old service's does: here, from our own. */
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sharedInstallation, someOf, startInstallation } from '@iotcore/testkit';
import { makeFleet, writeExport } from '@iotcore/testkit/exports';
import { expect, test } from 'vitest';
import { expectAccount, expectFleet } from './support/account.ts';
import { temporaryFolder } from './support/folders.ts';
import { iotcore, migrate } from './support/iotcore.ts';
import { reluctantSource } from './support/reluctant-source.ts';

const target = sharedInstallation();

const folderId = 'b1gsource';

const senseless: readonly (readonly [args: string[], advice: string])[] = [
  [['--from-api', '--iam-token', 'any'], '--folder-id'],
  [['--from-api', '--folder-id', folderId], 'YC_IAM_TOKEN'],
  [['--from-api', '--folder-id', folderId, '--iam-token', 'any', '/tmp'], 'either'],
  [['--from-api', '--folder-id', folderId, '--iam-token', 'any', '--source-endpoint', 'old'], 'address'],
  [[], '--from-api'],
];

test.each(someOf(senseless, 3))('refuses to begin without knowing what to read: %s', async (args, advice) => {
  const { status, stderr } = await iotcore(target(), 'migrate', 'yandex', ...args);
  expect(status).toBe(2);
  expect(stderr).toContain(advice);
});

test('refuses a token that the source does not take, and writes nothing', async () => {
  const save = join(await temporaryFolder(), 'export');
  const args = ['--from-api', '--folder-id', folderId, '--iam-token', 'wrong', '--save', save];
  const own = ['--source-endpoint', target().apiUrl];
  const { status } = await iotcore(target(), 'migrate', 'yandex', ...args, ...own);
  expect(status).toBe(4);
  expect(readdirSync(save)).toEqual([]);
});

test('brings everything over, and keeps it as an export that imports the same', async () => {
  const source = await startInstallation({ programs: ['api'] });
  const fleet = await makeFleet({ registries: 3, brokers: 1, devices: 120, folderId });
  const written = await temporaryFolder();
  await writeExport(written, fleet);
  expect((await migrate(source, written)).status).toBe(0);

  const save = join(await temporaryFolder(), 'export');
  const reluctant = await reluctantSource(source.apiUrl);
  const fetchAndImport = async () => {
    const { status, stdout, stderr } = await iotcore(
      target(),
      ...['migrate', 'yandex', '--from-api', '--format', 'json', '--save', save],
      ...['--folder-id', folderId, '--iam-token', source.adminToken, '--source-endpoint', reluctant.url],
      ...['--requests-per-second', '500'],
    );
    expect(status).toBe(0);
    return { ...JSON.parse(stdout), told: stderr };
  };
  const { told, ...report } = await fetchAndImport();
  for (const status of [429, 503]) expect(told).toContain(`The source answers ${status}: trying again.`);
  expect(reluctant.laterPages(), 'lists of several pages').toEqual(
    new Set(['registries', 'devices', 'listDeviceTopicAliases']),
  );
  expectAccount(report);
  expect(report.totals.devices).toMatchObject({ read: 120, created: 120 });
  for (const { id } of fleet.registries) await expectFleet(target().api, fleet, id);

  const names = (folder: string) => readdirSync(folder, { recursive: true }).sort();
  expect(names(save)).toEqual(names(written));
  const [registryId = ''] = fleet.devices.keys();
  const devices = JSON.parse(readFileSync(join(save, `devices-${registryId}.json`), 'utf8'));
  expect(devices).toEqual(expect.arrayContaining([...(fleet.devices.get(registryId) ?? [])]));

  // As if it had been broken off: what is there already is not asked for again.
  const folder = join(save, `device-certs-${registryId}`);
  const [missing = '', kept = ''] = readdirSync(folder);
  const { ino } = statSync(join(folder, kept));
  rmSync(join(folder, missing));
  expect((await fetchAndImport()).totals.devices).toMatchObject({ read: 120, unchanged: 120 });
  expect(names(save)).toEqual(names(written));
  expect(statSync(join(folder, kept)).ino).toBe(ino);
});
