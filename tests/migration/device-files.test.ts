/** Devices from and to tables: for everyone who comes from elsewhere. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedInstallation, someOf } from '@iotcore/testkit';
import { makeFleet, writeExport } from '@iotcore/testkit/exports';
import { describe, expect, test } from 'vitest';
import { expectAccount, expectFleet, exportedDevices } from './support/account.ts';
import { temporaryFolder } from './support/folders.ts';
import { iotcore, migrate } from './support/iotcore.ts';

const installation = sharedInstallation();

async function importFile(registryId: string, name: string, text: string, ...more: readonly string[]) {
  const file = join(await temporaryFolder(), name);
  writeFileSync(file, text);
  const args = ['device', 'import', file, '--registry-id', registryId, '--format', 'json', ...more];
  const ending = await iotcore(installation(), ...args);
  return { ...ending, report: ending.stdout === '' ? undefined : JSON.parse(ending.stdout) };
}

describe('a file of devices', () => {
  test('is refused when nobody can tell what it is', async () => {
    const { id } = await installation().api.createRegistry();
    const { status, stderr } = await importFile(id, 'devices.txt', 'id\n');
    expect(status).toBe(2);
    expect(stderr).toContain('--file-format');
  });

  test('loses bad rows and no others', async () => {
    const { id } = await installation().api.createRegistry();
    const rows = [
      'name,labels,colour',
      'one,"{""hall"":""7""}",',
      'two,hall=7,',
      '"thr"ee,,',
      'bad name,,',
      'last,,',
    ];
    const { status, report } = await importFile(id, 'devices.csv', `\uFEFF${rows.join('\r\n')}\r\n`);
    expect(status).toBe(7);
    expectAccount(report);
    expect(report.totals.devices).toMatchObject({ read: 5, created: 2, refused: 3 });
    expect(report.warnings).toMatchObject([{ reason: 'Column "colour" is not read.' }]);
    const devices = await exportedDevices(installation().api, id);
    expect(devices.map(({ name, labels }) => ({ name, labels }))).toEqual(
      expect.arrayContaining([{ name: 'one', labels: { hall: '7' } }, { name: 'last' }]),
    );
  });

  test('without IDs gives each row the same one however often it is imported', async () => {
    const { id } = await installation().api.createRegistry();
    const lines = ['{"name":"one"}', '', '{"name":"two","labels":{"hall":"7"}}', 'no JSON', '{"id":""}'];
    const first = await importFile(id, 'devices.ndjson', lines.join('\n'));
    expect(first.status).toBe(7);
    expect(first.report.totals.devices).toMatchObject({ read: 4, created: 2, refused: 2 });
    const again = await importFile(id, 'devices.ndjson', lines.join('\n'));
    expect(again.report.totals.devices).toMatchObject({ created: 0, unchanged: 2 });
    expect(await exportedDevices(installation().api, id)).toHaveLength(2);
  });
});

describe('what is exported is imported again as it was', () => {
  test.each(someOf(['csv', 'ndjson'], 2))('as %s', async (format) => {
    const folder = await temporaryFolder();
    const fleet = await makeFleet({ registries: 1, brokers: 0, devices: 20 });
    await writeExport(folder, fleet);
    expect((await migrate(installation(), folder)).status).toBe(0);
    const [registryId = ''] = fleet.devices.keys();
    const [first] = fleet.devices.get(registryId) ?? [];
    const formula = { updateMask: 'description', description: '=HYPERLINK("http://x"),\n\'+1' };
    await installation().api.must('PATCH', `/iot-devices/v1/devices/${first?.id}`, formula);

    const file = join(folder, `devices.${format}`);
    const args = ['device', 'export', file, '--registry-id', registryId];
    expect((await iotcore(installation(), ...args)).status).toBe(0);
    const text = readFileSync(file, 'utf8');
    expect(text.split('\n').some((line) => /(^|,)"?[=+@-]/.test(line) && format === 'csv')).toBe(false);

    const unchanged = await importFile(registryId, `devices.${format}`, text);
    expect(unchanged).toMatchObject({ status: 0 });
    expect(unchanged.report.totals.devices).toMatchObject({ read: 20, unchanged: 20 });

    const devices = await exportedDevices(installation().api, registryId);
    await Promise.all(
      devices.map(({ id }) => installation().api.must('DELETE', `/iot-devices/v1/devices/${id}`)),
    );
    const restored = await importFile(registryId, `devices.${format}`, text);
    expect(restored.report.totals.devices).toMatchObject({ read: 20, created: 20 });
    await installation().api.must('PATCH', `/iot-devices/v1/devices/${first?.id}`, {
      updateMask: 'description',
      description: first?.description ?? '',
    });
    await expectFleet(installation().api, fleet, registryId);
  });
});
