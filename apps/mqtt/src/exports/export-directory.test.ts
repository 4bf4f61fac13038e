import type { TopicRoute } from '@iotcore/model';
import type { ExportSourceRow } from '@iotcore/store/exports';
import { expect, test } from 'vitest';
import { ExportDirectory } from './export-directory.ts';

const rowOf = (id: string): ExportSourceRow => ({
  ...{ id, folderId: 'f', registryId: 'r', deviceId: null, brokerId: null, mqttTopicFilter: null },
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
  await expect.poll(() => directory.ownerOf('new')).toMatchObject({ id: 'r', folderId: 'f' });
  readings[0]?.resolve([rowOf('old')]);
  await loading;
  expect([directory.ownerOf('old')?.id, directory.ownerOf('new')?.id]).toEqual(['r', 'r']);
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

test('what a principal does is not for exports of another folder that has its registry’s ID by now', async () => {
  const directory = new ExportDirectory({
    read: async () => [rowOf('e')],
    changed: () => undefined,
    found: () => undefined,
    failed: () => undefined,
  });
  await directory.load();
  const principal = (folderId: string) => ({ kind: 'device', id: 'd', registryId: 'r', folderId }) as const;
  const route = { topic: '$devices/d/events', destinations: [] } as unknown as TopicRoute;
  const logsOf = (folderId: string) =>
    directory.tapsOf(principal(folderId), route.topic, route, undefined).taps?.map(({ log }) => log);
  expect(logsOf('f')).toEqual(['e']);
  expect(logsOf('before')).toBeUndefined();
});
