/** An import that something cuts short is run again, and ends as if nothing had happened. */
import { fullTest, isFull, sharedInstallation } from '@iotcore/testkit';
import { type Fleet, makeFleet, writeExport } from '@iotcore/testkit/exports';
import { expect, test } from 'vitest';
import { expectAccount, expectFleet } from './support/account.ts';
import { temporaryFolder } from './support/folders.ts';
import { type Fate, importGate } from './support/import-gate.ts';
import { migrate, start } from './support/iotcore.ts';

const installation = sharedInstallation(
  isFull ? { programs: ['api'], alone: 'one of the tests kills its API' } : {},
);

/** Six requests: one of registries, and one for the devices of each. */
async function export6(): Promise<{ folder: string; fleet: Fleet }> {
  const folder = await temporaryFolder();
  const fleet = await makeFleet({ registries: 5, brokers: 0, devices: 250, credentials: 'ecdsa' });
  await writeExport(folder, fleet);
  return { folder, fleet };
}

async function expectWhole(fleet: Fleet): Promise<void> {
  for (const { id } of fleet.registries) await expectFleet(installation().api, fleet, id);
}

test('killed in the middle, it goes on where it was', async () => {
  const { folder, fleet } = await export6();
  const gate = await importGate(installation(), (number) => (number > 3 ? 'hold' : 'pass'));
  const run = start(gate, 'migrate', 'yandex', folder, '--parallel', '1');
  await gate.held;
  run.kill();
  expect((await run.end()).status).toBeNull();

  const { status, report } = await migrate(installation(), folder);
  expect(status).toBe(0);
  expectAccount(report);
  expect(report.totals.devices).toMatchObject({ read: 250, unchanged: 100, created: 150 });
  await expectWhole(fleet);
});

test('whose answers are lost, it asks again and does nothing twice', async () => {
  const { folder, fleet } = await export6();
  const gate = await importGate(installation(), (number) => (number % 2 === 0 ? 'lose the answer' : 'pass'));
  const { status, report, stderr } = await migrate(gate, folder, '--parallel', '1');
  expect(stderr).toContain('trying again');
  expect(status).toBe(0);
  expectAccount(report);
  const { created, unchanged } = report.totals.devices;
  expect(created + unchanged).toBe(250);
  expect(unchanged).toBeGreaterThan(0);
  await expectWhole(fleet);
});

fullTest('waits for an API that is killed and comes back', async () => {
  const { folder, fleet } = await export6();
  const gate = await importGate(installation(), async (number): Promise<Fate> => {
    if (number !== 3) return 'pass';
    const api = installation().program('api');
    api.kill('SIGKILL');
    await api.waitExit();
    installation().start('api');
    await installation().ready();
    return 'pass';
  });
  const { status, report } = await migrate(gate, folder);
  expect(status).toBe(0);
  expectAccount(report);
  await expectWhole(fleet);
});

fullTest('that is out of patience says what was not sent', async () => {
  const { folder } = await export6();
  let isAway = false;
  const gate = await importGate(installation(), (number) => {
    isAway ||= number > 3;
    return isAway ? 'lose the answer' : 'pass';
  });
  const { status, report } = await migrate(gate, folder, '--parallel', '1', '--retry-for', '0');
  expect(status).toBe(6);
  expect(report.complete).toBe(false);
  expectAccount(report);
  expect(report.totals.devices).toMatchObject({ created: 100, not_sent: 150 });
});
