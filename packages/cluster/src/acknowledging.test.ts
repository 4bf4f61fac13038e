/** What the acknowledgements of messages wait for, and how often a node asks. */
import { systemClock } from '@iotcore/process/clock';
import { expect, onTestFinished, test } from 'vitest';
import { ClusterNode } from './cluster-node.ts';
import { placed, RemoteRoute } from './links/remote.ts';
import { MemoryNetwork } from './testing/memory-network.ts';
import { MemoryRows } from './testing/memory-rows.ts';
import { type Member, startCluster, subscribe } from './testing/start-cluster.ts';

const message = placed(Buffer.from('x'), 1);
const routeTo = (namespace: string) => new RemoteRoute([{ namespace, topic: 't' }]);

test('messages that go to the same nodes in the same frames are waited for together, and others on their own', async () => {
  const network = new MemoryNetwork();
  const carriers = Array.from({ length: 3 }, () => network.carrier());
  const [here, there, elsewhere] = (await startCluster(carriers)) as [Member, Member, Member];
  await subscribe(there, 'theirs');
  await subscribe(elsewhere, 'elsewhere');
  const publish = (namespace: string) => here.node.publish(routeTo(namespace), '', message);

  const first = publish('theirs');
  const other = publish('elsewhere');
  const together = [publish('theirs'), publish('theirs')];
  expect(together[0]).toBe(together[1]);
  expect(new Set([first, other, together[0]]).size).toBe(3);
  expect(here.node.status.held).toBe(4);
  expect(together[0]?.isSettled).toBe(false);

  await Promise.all([first, other, together[0]].map((underWay) => underWay?.arrived()));
  expect(here.node.status.held).toBe(0);
  expect([there.heard.length, elsewhere.heard.length]).toEqual([3, 1]);
  expect(publish('theirs')).not.toBe(together[0]);
});

test('a message that no other node wants is acknowledged if this one was good after it had been read, and else once it is', async () => {
  let frozenMs = 0;
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() + frozenMs };
  const rows = new MemoryRows();
  const node = new ClusterNode({
    ...{ clock, carrier: new MemoryNetwork().carrier(), statements: rows.statements() },
    ...{ graceMs: 60_000, linkBytes: 1_048_576 },
    deliver: () => {},
    closeSessions: async () => {},
    failed: () => {},
    changed: () => {},
  });
  onTestFinished(() => node.stop());
  await node.start();
  await expect.poll(() => node.isGood).toBe(true);

  const route = routeTo('nobody');
  const publish = (input: number) => node.publish(route, '', { ...message, input });
  expect(publish(1)).toBeUndefined();
  frozenMs = 60_000;
  expect(publish(1)).toBeUndefined();
  // Nothing says that these were not read after the others had gone on without this node.
  const [unknown, later] = [publish(0), publish(2)];
  expect([unknown?.isSettled, later?.isSettled]).toEqual([false, false]);
  expect(publish(2)?.isSettled).toBe(false);
});
