import { expect, test } from 'vitest';
import { Account } from './account.ts';
import { makeReport, reportJson } from './report.ts';

const count = 25_000;
const now = new Date('2026-11-26T12:00:00Z');

test('findings without end are counted, and the first ten thousand are listed', () => {
  const account = new Account();
  for (let entry = 0; entry < count; entry += 1) {
    account.read('DEVICE');
    account.refuse('DEVICE', { file: 'devices-r1.json', entry, reason: 'no' });
    account.warn({ file: 'devices-r1.json', entry, reason: 'odd' });
  }
  const report = makeReport(account, {
    ...{ source: 'export', dryRun: false, server: true, startedAt: now, finishedAt: now },
    devicesWithoutCredentials: [],
  });
  expect(report.complete).toBe(false);
  expect(report.totals.devices).toMatchObject({ read: count, refused: count });
  for (const list of [report.notImported, report.warnings])
    expect(list.map(({ entry }) => entry)).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
  expect(JSON.parse(reportJson(report)).not_listed).toEqual({ not_imported: 15_000, warnings: 15_000 });
});
