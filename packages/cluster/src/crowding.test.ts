/** Publishers wait while more is on its way to another node than may be, and no longer. */
import { expect, test } from 'vitest';
import { MemoryNetwork } from './testing/memory-network.ts';
import { type Member, publish, startCluster, subscribe } from './testing/start-cluster.ts';

const linkBytes = 1_000;

test('a node is crowded from the message on that fills the link with another, until that one has acknowledged', async () => {
  const network = new MemoryNetwork();
  const carriers = Array.from({ length: 3 }, () => network.carrier());
  const [here, there, other] = (await startCluster(carriers, linkBytes)) as [Member, Member, Member];
  await subscribe(there, 'wanted');
  expect(here.node.isCrowded).toBe(false);
  for (let time = 1; time <= 2; time++) {
    const first = publish(here, 'wanted', 'x'.repeat(linkBytes / 2));
    expect(here.node.isCrowded).toBe(false);
    const second = publish(here, 'wanted', 'y'.repeat(linkBytes / 2));
    expect(here.node.isCrowded).toBe(true);
    await Promise.all([first, second]);
    expect(here.node.isCrowded).toBe(false);
    expect(there.heard).toHaveLength(2 * time);
  }
  expect([there, other].map(({ node }) => node.isCrowded)).toEqual([false, false]);
});

test('a node that the crowded one goes on without crowds it no longer', async () => {
  const network = new MemoryNetwork();
  const [here, there] = (await startCluster([network.carrier(), network.carrier()], linkBytes)) as [
    Member,
    Member,
  ];
  await subscribe(there, 'wanted');
  const published = publish(here, 'wanted', 'x'.repeat(linkBytes));
  expect(here.node.isCrowded).toBe(true);
  await there.node.stop();
  await published;
  await expect.poll(() => here.node.size).toBe(1);
  expect(here.node.isCrowded).toBe(false);
});
