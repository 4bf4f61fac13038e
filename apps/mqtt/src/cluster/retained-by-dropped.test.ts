import type { WrittenMessage } from '@iotcore/store/data-plane';
import { expect, test } from 'vitest';
import { handOverRetainedBy } from './retained-by-dropped.ts';

const written = (version: number): WrittenMessage => ({
  registryId: 'r1',
  topic: `$devices/d${version}/state`,
  payload: Buffer.from(String(version)),
  version,
});
const route = { destinations: [], basis: { stale: false }, retainAs: undefined };

function setUp(...pages: (readonly WrittenMessage[] | Error)[]) {
  const heard: number[] = [];
  const failures: unknown[] = [];
  const asked: number[] = [];
  return {
    ...{ heard, failures, asked },
    parts: {
      read: async (_incarnation: string, after: number) => {
        asked.push(after);
        const page = pages.shift() ?? [];
        if (page instanceof Error) throw page;
        return page;
      },
      order: { isNews: ({ version }: { version: number }) => version !== 2 },
      route: async (_registryId: string, topic: string) => (topic.includes('d4') ? undefined : route),
      deliver: (_route: unknown, { version }: WrittenMessage) => void heard.push(version),
      failed: (error: unknown) => void failures.push(error),
      pause: async () => {},
    },
  };
}

test('what was heard here, and what goes nowhere any more, is left out; the rest is handed over in its order', async () => {
  const { parts, heard, asked } = setUp([written(1), written(2), written(3)], [written(4), written(5)]);
  await handOverRetainedBy(parts, 'dead', () => true);
  expect([heard, asked]).toEqual([
    [1, 3, 5],
    [0, 3, 5],
  ]);
});

test('a database that is away is asked again, from where it had come to', async () => {
  const away = new Error('away');
  const { parts, heard, asked, failures } = setUp([written(1)], away, [written(3)]);
  await handOverRetainedBy(parts, 'dead', () => true);
  expect([heard, asked, failures]).toEqual([[1, 3], [0, 1, 1, 3], [away]]);
});

test('a database that is away for very long is asked for as long as this node has the subscribers of then, and no longer', async () => {
  const away = Array.from({ length: 1_000 }, () => new Error('away'));
  const patient = setUp(...away, [written(1)]);
  await handOverRetainedBy(patient.parts, 'dead', () => true);
  expect([patient.heard, patient.failures.length]).toEqual([[1], 1_000]);

  const left = setUp(...away, [written(1)]);
  await handOverRetainedBy(left.parts, 'dead', () => left.failures.length < 3);
  expect([left.heard, left.failures.length]).toEqual([[], 3]);
});
