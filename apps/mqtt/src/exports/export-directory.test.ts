import type { ExportSourceRow } from '@iotcore/store/exports';
import { expect, test } from 'vitest';
import { ExportDirectory } from './export-directory.ts';

const rowOf = (id: string): ExportSourceRow => ({
  ...{ id, registryId: 'r', deviceId: null, brokerId: null, mqttTopicFilter: null },
});

test('a reading at the start that is slow does not undo a later one', async () => {
  const readings: PromiseWithResolvers<readonly ExportSourceRow[]>[] = [];
  const directory = new ExportDirectory({
    read() {
      const reading = Promise.withResolvers<readonly ExportSourceRow[]>();
      readings.push(reading);
      return reading.promise;
    },
    changed: () => undefined,
    found: () => undefined,
    failed: (error) => {
      throw error;
    },
  });
  const loading = directory.load();
  directory.refresh();
  readings[1]?.resolve([rowOf('old'), rowOf('new')]);
  await expect.poll(() => directory.ownerOf('new')).toBe('r');
  readings[0]?.resolve([rowOf('old')]);
  await loading;
  expect([directory.ownerOf('old'), directory.ownerOf('new')]).toEqual(['r', 'r']);
  await directory.stop();
});

test('each reading tells whether there are any', async () => {
  let rows: readonly ExportSourceRow[] = [];
  let found = 0;
  const directory = new ExportDirectory({
    read: async () => rows,
    changed: () => undefined,
    found: () => {
      found += 1;
    },
    failed: () => undefined,
  });
  await directory.load();
  expect(found).toBe(0);
  rows = [rowOf('e')];
  await directory.load();
  expect(found).toBe(1);
  await directory.stop();
});
