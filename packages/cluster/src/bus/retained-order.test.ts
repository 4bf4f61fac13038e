import { expect, test } from 'vitest';
import type { NodeClock } from '../clock.ts';
import { type RetainedContent, RetainedOrder } from './retained-order.ts';

const topic = { namespace: 'registry', topic: '$devices/a/state' };
const soon: NodeClock = {
  nowMs: () => 0,
  after(_ms, work) {
    queueMicrotask(work);
    return () => {};
  },
  soon: queueMicrotask,
};
const settled = () => new Promise((resolve) => setImmediate(resolve));

function order(...stored: (RetainedContent | undefined | Error)[]) {
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
    retained,
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

test('when an older one has come after a newer, what is stored is handed over again', async () => {
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

test('when an older one has come after what somebody got as stored, what is stored is handed over again', async () => {
  const { retained, hear, heard, reads } = order({ payload: Buffer.from('stored'), version: 6 });
  retained.read(topic.namespace, topic.topic, 6);
  hear(5);
  await settled();
  expect([heard, reads()]).toEqual([['stored'], 1]);
});

test('what was read while a newer one was handed over is read once more', async () => {
  const { hear, heard, reads } = order(
    { payload: Buffer.from('newer'), version: 3 },
    { payload: Buffer.from('newest'), version: 4 },
  );
  hear(3);
  hear(2);
  hear(4);
  await settled();
  expect([heard, reads()]).toEqual([['newest'], 2]);
});

test('what was handed over to all is no news, and what one of them got as stored is', () => {
  const { retained, hear } = order(undefined);
  const isNews = (version: number) => retained.isNews({ ...topic, version });
  expect(isNews(1)).toBe(true);
  hear(2);
  retained.read(topic.namespace, topic.topic, 9);
  expect([isNews(1), isNews(2), isNews(9)]).toEqual([false, false, true]);
});

test('of a topic that was forgotten an old message is looked at, and left alone if it is what is stored', async () => {
  const { retained, hear, heard, reads } = order(
    { payload: Buffer.from('same'), version: 5 },
    { payload: Buffer.from('newer'), version: 8 },
  );
  for (let n = 0; n < 20_000; n++)
    retained.handedOver({ namespace: 'others', topic: String(n), version: 100 + n }, () => {});
  hear(5);
  await settled();
  expect([heard, reads()]).toEqual([[], 1]);
  hear(4);
  await settled();
  expect([heard, reads()]).toEqual([['newer'], 2]);
});
