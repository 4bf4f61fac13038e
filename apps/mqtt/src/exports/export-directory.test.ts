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
