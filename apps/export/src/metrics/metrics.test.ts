import { expect, test } from 'vitest';
import { CountersByExport } from './counters.ts';
import { createMetrics } from './metrics.ts';

function setUp() {
  let asked = 0;
  const registry = createMetrics({
    counters: new CountersByExport(),
    async figures() {
      asked += 1;
      const lagMessages = String(asked);
      return [
        {
          ...{ exportId: 'e', lagMessages, lagBytes: '7', oldestAgeSeconds: 3 },
          ...{ delivered: '100', discarded: '2', deadLetters: '1' },
        },
      ];
    },
    exportsHeld: () => 1,
  });
  const page = async () =>
    (await registry.metrics()).split('\n').filter((line) => line.includes('export_id="e"'));
  return { page };
}

const pageWith = (lag: number) => [
  `iotcore_export_lag_messages{export_id="e"} ${lag}`,
  'iotcore_export_lag_bytes{export_id="e"} 7',
  'iotcore_export_dead_letters{export_id="e"} 1',
  'iotcore_export_delivered_total{export_id="e"} 100',
  'iotcore_export_discarded_total{export_id="e"} 2',
  'iotcore_export_oldest_message_age_seconds{export_id="e"} 3',
];

test('a page says what lies in the database now, read once for all of its metrics', async () => {
  const { page } = setUp();
  expect(await page()).toEqual(pageWith(1));
  expect(await page()).toEqual(pageWith(2));
});

test('two requests at the same time get the same figures, and nothing is counted twice', async () => {
  const { page } = setUp();
  expect(await Promise.all([page(), page()])).toEqual([pageWith(1), pageWith(1)]);
});
