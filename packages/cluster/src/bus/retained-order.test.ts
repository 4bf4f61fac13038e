import { expect, test } from 'vitest';
import type { Clock } from '../clock.ts';
import { RetainedOrder, type StoredMessage } from './retained-order.ts';

const topic = { namespace: 'registry', topic: '$devices/a/state' };
const soon: Clock = {
  nowMs: () => 0,
  after(_ms, work) {
    queueMicrotask(work);
    return () => {};
  },
  soon: queueMicrotask,
};
const settled = () => new Promise((resolve) => setImmediate(resolve));

function order(...stored: (StoredMessage | undefined | Error)[]) {
  const heard: string[] = [];
  let reads = 0;
  const retained = new RetainedOrder({
    clock: soon,
    read: async () => {
      const answer = stored[Math.min(reads++, stored.length - 1)];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return {
    heard,
    reads: () => reads,
    hear: (version: number) =>
      retained.handedOver({ ...topic, version }, (payload) => heard.push(String(payload))),
  };
}

test('messages that come in the order in which they were stored are left alone', async () => {
  const { hear, heard, reads } = order(undefined);
  for (const version of [1, 2, 2, 7]) hear(version);
  await settled();
  expect([heard, reads()]).toEqual([[], 0]);
});

test('after an older one has come behind a newer, what is stored is handed over again', async () => {
  const { hear, heard } = order({ payload: Buffer.from('newer'), version: 3 });
  hear(2);
  hear(1);
  await settled();
  expect(heard).toEqual(['newer']);
  hear(2);
  await settled();
  expect(heard).toEqual(['newer', 'newer']);
});

test('a topic that was cleared meanwhile is handed over as empty; a database that is away is asked again', async () => {
  const { hear, heard, reads } = order(new Error('away'), new Error('away'), undefined);
  hear(2);
  hear(1);
  await settled();
  expect([heard, reads()]).toEqual([[''], 3]);
});
