/** An export of the old service becomes registries, brokers, devices and certificates of ours. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathOf, sharedInstallation } from '@iotcore/testkit';
import { addOddities, type Fleet, makeFleet, type Oddities, writeExport } from '@iotcore/testkit/exports';
import { describe, expect, test } from 'vitest';
import { expectAccount, expectFleet, exportedDevices } from './support/account.ts';
import { temporaryFolder } from './support/folders.ts';
import { iotcore, migrate, type Report } from './support/iotcore.ts';

const installation = sharedInstallation();

/** A small sound export in a folder of its own. */
async function soundExport(devices = 20): Promise<{ folder: string; fleet: Fleet }> {
  const folder = await temporaryFolder();
  const fleet = await makeFleet({ registries: 2, brokers: 1, devices });
  await writeExport(folder, fleet);
  return { folder, fleet };
}

/** Changes a file of an export. */
function edit(folder: string, name: string, change: (entries: Record<string, unknown>[]) => unknown): void {
  const path = join(folder, name);
  const entries = JSON.parse(readFileSync(path, 'utf8'));
  change(entries);
  writeFileSync(path, JSON.stringify(entries));
}

const statusOf = async (registryId: string) =>
  (await installation().api.call('GET', pathOf({ registryId }))).status;

describe('nothing is imported', () => {
  test('from a folder that is not there, or is no export', async () => {
    const empty = await temporaryFolder();
    for (const folder of [join(empty, 'nowhere'), empty]) {
      const { status, stdout, stderr } = await iotcore(installation(), 'migrate', 'yandex', folder);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/there is no such folder|no export/);
    }
  });

  test('when the report cannot be written', async () => {
    const { folder, fleet } = await soundExport();
    for (const path of [join(folder, 'nowhere', 'report.json'), folder]) {
      const { status, stdout, stderr } = await migrate(installation(), folder, '--report', path);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/--report: .* cannot be written \((ENOENT|EISDIR)\)/);
    }
    expect(await statusOf(fleet.registries[0]?.id ?? '')).toBe(404);
  });

  test('with a token that may not', async () => {
    const { folder, fleet } = await soundExport();
    const own = { apiUrl: installation().apiUrl, adminToken: 'wrong' };
    const { status, report } = await migrate(own, folder);
    expect(status).toBe(4);
    expect(report.totals.devices).toMatchObject({ read: 20, created: 0, not_sent: 20 });
    expect(await statusOf(fleet.registries[0]?.id ?? '')).toBe(404);
  });

  test('by a dry run, which tells what would come', async () => {
    const { folder, fleet } = await soundExport();
    const { status, report } = await migrate(installation(), folder, '--dry-run');
    expect(status).toBe(0);
    expect(report).toMatchObject({ dry_run: true, server: true, complete: true });
    expect(report.totals.devices).toMatchObject({ read: 20, created: 20, not_sent: 0 });
    expect(report.devices_without_credentials).toHaveLength(4);
    expect(await statusOf(fleet.registries[0]?.id ?? '')).toBe(404);
  });

  test('by a dry run without a server, which checks what it can', async () => {
    const { folder } = await soundExport();
    const away = { apiUrl: 'http://127.0.0.1:9', adminToken: 'any' };
    const { status, report, stderr } = await migrate(away, folder, '--dry-run');
    expect(stderr).toContain('Checked without the server');
    expect(status).toBe(0);
    expect(report).toMatchObject({ server: false, complete: true });
    expect(report.totals.devices).toMatchObject({ read: 20, not_sent: 20 });
  });
});

describe('an odd export', () => {
  let imported: Promise<{ status: number | null; report: Report; fleet: Fleet; odd: Oddities }> | undefined;
  /** Imported once for all of these tests. */
  const oddImport = () => {
    imported ??= (async () => {
      const folder = await temporaryFolder();
      const fleet = await makeFleet({ registries: 5, devices: 100 });
      await writeExport(folder, fleet);
      const odd = await addOddities(folder, fleet);
      const { status, report } = await migrate(installation(), folder);
      return { status, report, fleet, odd };
    })();
    return imported;
  };

  test('ends with a status of its own, and accounts for every entry', async () => {
    const { status, report } = await oddImport();
    expect(status).toBe(7);
    expect(report.complete).toBe(false);
    expectAccount(report);
    expect(report.totals.registries).toMatchObject({ read: 5, created: 5 });
    expect(report.totals.brokers).toMatchObject({ read: 2, created: 2 });
    // Six were added: one comes, one is repeated, four are refused beside the one that is cut off.
    expect(report.totals.devices).toMatchObject({ read: 106, created: 100, refused: 5, repeated: 1 });
  });

  test('is told what did not come: where it stands, and why', async () => {
    const { report, odd } = await oddImport();
    const told = new Map(report.not_imported.map((one: Report) => [one.id ?? one.file, one]));
    const { contradicted, badId, nameInUse, wrongType, cutOff, wrongFingerprint, sharing, aliasConflict } =
      odd;
    const first = `devices-${contradicted.registry_id}.json`;
    const cut = `devices-${cutOff.registry_id}.json`;
    for (const [id, expected] of [
      [contradicted.id, { file: first, kind: 'DEVICE', reason: expect.stringContaining('other content') }],
      [badId, { file: first, entry: 22, field: 'id' }],
      [nameInUse, { file: first, field: 'name', reason: expect.stringContaining('has this name') }],
      [wrongType, { file: first, field: 'name', reason: 'name: It must be a string.' }],
      [cut, { file: cut, reason: expect.stringContaining('cut off') }],
      [wrongFingerprint.id, { kind: 'CERTIFICATE', field: 'fingerprint' }],
      [sharing.id, { kind: 'CERTIFICATE', reason: expect.stringContaining(odd.owner.id) }],
      [aliasConflict.id, { kind: 'ALIAS', reason: expect.stringContaining('begins with alias') }],
    ] as const) {
      expect(told.get(id)).toMatchObject({ outcome: 'REFUSED', advice: expect.any(String), ...expected });
    }
  });

  test('is told what came and is worth a look', async () => {
    const { report, odd } = await oddImport();
    const warned = report.warnings
      .map(({ file, id, reason }: Report) => `${file} ${id} ${reason}`)
      .join('\n');
    expect(warned).toContain(`${odd.repeated.id} The same entry came before.`);
    expect(warned).toContain(`${odd.expired.id} The certificate is expired.`);
    expect(warned).toContain(`aliases-${odd.withoutAliases.id}.json undefined The file is missing.`);
    expect(warned).toContain(`${odd.twoPrefixes.id} Alias`);
    expect(warned).toContain('notes.txt');
    expect(warned).not.toContain(odd.emptyFile.id);
  });

  test('is told which devices cannot log in', async () => {
    const { report, fleet, odd } = await oddImport();
    const listed: string[] = report.devices_without_credentials.map((one: Report) => one.device_id);
    const without = [...fleet.devices.values()]
      .flat()
      .filter(({ id }) => fleet.certificates.get(id)?.length === 0 && id !== odd.cutOff.id);
    expect(listed).toEqual(expect.arrayContaining([odd.withoutFile.id, ...without.map(({ id }) => id)]));
    expect(listed).toHaveLength(without.length + 2);
  });

  test('loses a device none of its kind: all others are as they were', async () => {
    const { fleet, odd } = await oddImport();
    const sound = fleet.registries.find(({ id }) => id === odd.withoutAliases.id);
    await expectFleet(installation().api, fleet, sound?.id ?? '');
    const registry = await installation().api.must('GET', pathOf({ registryId: sound?.id ?? '' }));
    expect(registry).toMatchObject({ createdAt: sound?.created_at, name: sound?.name, status: 'ACTIVE' });
    const device = await installation().api.must('GET', pathOf({ deviceId: odd.aliasConflict.id }));
    expect(device.topicAliases).toEqual(odd.aliasConflict.topic_aliases);
    const devices = await exportedDevices(installation().api, odd.cutOff.registry_id);
    expect(devices.map(({ id }) => id)).not.toContain(odd.cutOff.id);
  });
});

describe('an import that is repeated', () => {
  test('changes nothing', async () => {
    const { folder, fleet } = await soundExport();
    expect((await migrate(installation(), folder)).status).toBe(0);
    const { status, report } = await migrate(installation(), folder);
    expect(status).toBe(0);
    expect(report.totals.devices).toMatchObject({ read: 20, created: 0, unchanged: 20 });
    expect(report.totals.certificates).toMatchObject({ created: 0, updated: 0 });
    for (const { id } of fleet.registries) await expectFleet(installation().api, fleet, id);
  });

  test('adds what a newer export has more, and reports what it says otherwise', async () => {
    const { folder, fleet } = await soundExport();
    await migrate(installation(), folder);
    const [registryId = ''] = fleet.devices.keys();
    const [changed, model] = fleet.devices.get(registryId) ?? [];
    const newId = `arenew${Date.now()}`;
    edit(folder, `devices-${registryId}.json`, (devices) => {
      devices[0] = { ...devices[0], description: 'moved to hall 9' };
      devices.push({ ...model, id: newId, name: 'added-later', topic_aliases: {} });
    });

    const reported = await migrate(installation(), folder);
    expect(reported.status).toBe(7);
    expect(reported.report.totals.devices).toMatchObject({ created: 1, unchanged: 19, conflicts: 1 });
    expect(reported.report.not_imported).toMatchObject([
      { kind: 'DEVICE', id: changed?.id, outcome: 'CONFLICT', differences: ['description'] },
    ]);
    const before = await installation().api.must('GET', pathOf({ deviceId: changed?.id ?? '' }));
    expect(before.description).toBe(changed?.description);

    const overwritten = await migrate(installation(), folder, '--overwrite');
    expect(overwritten.status).toBe(0);
    expect(overwritten.report.totals.devices).toMatchObject({ updated: 1, unchanged: 20, conflicts: 0 });
    const after = await installation().api.must('GET', pathOf({ deviceId: changed?.id ?? '' }));
    expect(after).toMatchObject({ description: 'moved to hall 9', createdAt: changed?.created_at });
  });

  test('leaves a certificate with whoever has it', async () => {
    const { folder, fleet } = await soundExport();
    const registry = await installation().api.createRegistry();
    const [registryId = ''] = fleet.devices.keys();
    const owner = fleet.devices.get(registryId)?.find(({ id }) => fleet.certificates.get(id)?.length === 1);
    const [certificate] = fleet.certificates.get(owner?.id ?? '') ?? [];
    await installation().api.addCertificate({ registryId: registry.id }, certificate?.certPem ?? '');
    const { status, report } = await migrate(installation(), folder);
    expect(status).toBe(7);
    expect(report.not_imported).toMatchObject([
      { kind: 'CERTIFICATE', id: owner?.id, outcome: 'CONFLICT', fingerprint: certificate?.sha1 },
    ]);
    expect(report.devices_without_credentials.map((one: Report) => one.device_id)).toContain(owner?.id);
  });
});

describe('the report', () => {
  test.skipIf(!existsSync('/dev/full'))('is shown even if its file cannot be written after all', async () => {
    const { folder } = await soundExport(8);
    const { status, report, stderr } = await migrate(installation(), folder, '--report', '/dev/full');
    expect(status).toBe(1);
    expect(report).toMatchObject({ complete: true });
    expect(stderr).toContain('The report cannot be written to /dev/full (ENOSPC).');
  });

  test('of an entry that was refused names what it brought down with it', async () => {
    const { folder, fleet } = await soundExport(8);
    const [registryId = ''] = fleet.devices.keys();
    edit(folder, 'registries.json', (registries) => {
      registries[0] = { ...registries[0], name: 'no name at all' };
    });
    const { status, report } = await migrate(installation(), folder);
    expect(status).toBe(7);
    expect(report.totals.devices).toMatchObject({ read: 8, created: 4, refused: 4 });
    const lost = report.not_imported.filter(({ kind }: Report) => kind === 'DEVICE');
    expect(lost).toHaveLength(4);
    for (const { reason } of lost) expect(reason).toContain('Its registry did not come: name:');
    expect(await statusOf(registryId)).toBe(404);
  });

  test('is a table for people, and whole in a file', async () => {
    const { folder } = await soundExport();
    const path = join(await temporaryFolder(), 'report.json');
    const args = ['migrate', 'yandex', folder, '--report', path];
    const { status, stdout, stderr } = await iotcore(installation(), ...args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/devices +20 +20 +0/);
    expect(stderr).toContain('Devices with neither certificate nor password: 4');
    const report = JSON.parse(readFileSync(path, 'utf8'));
    expectAccount(report);
    expect(report.devices_without_credentials).toHaveLength(4);
  });
});
