/** Nodes of an older and a newer version side by side, as during a rolling restart. */

import { systemClock } from '@iotcore/process/clock';
import { expect, onTestFinished, test } from 'vitest';
import { ClusterNode } from './cluster-node.ts';
import { decodeFrame, type FrameVersions } from './frames/frame.ts';
import { namespaceHash } from './interest/namespace-hash.ts';
import { payloadOf, placed, RemoteRoute } from './links/remote.ts';
import { MemoryNetwork } from './testing/memory-network.ts';
import { MemoryRows } from './testing/memory-rows.ts';

function cluster() {
  const network = new MemoryNetwork();
  const rows = new MemoryRows();
  const start = async (versions: FrameVersions) => {
    const heard: string[] = [];
    const failures: string[] = [];
    const node = new ClusterNode({
      ...{ clock: systemClock, graceMs: 60_000, linkBytes: 1_048_576, versions },
      carrier: network.carrier(),
      statements: rows.statements(),
      deliver: (_destinations, message) => {
        heard.push(String(payloadOf(message)));
      },
      closeSessions: async () => {},
      failed: (_what, error) => failures.push((error as Error).message),
      changed: () => {},
    });
    onTestFinished(() => node.stop());
    await node.start();
    return { node, heard, failures };
  };
  const spoken = (from: string | undefined, to: string | undefined) =>
    new Set(
      network.sent
        .map(decodeFrame)
        .filter((frame) => frame?.kind === 'stream' && frame.from === from && frame.to === to)
        .map((frame) => frame?.version),
    );
  return { start, spoken };
}

const hash = namespaceHash('n');
const route = new RemoteRoute([{ namespace: 'n', topic: 't' }]);

test('an old node and new ones speak what both know, and new ones the newest with each other', async () => {
  const { start, spoken } = cluster();
  const old = await start({ oldest: 1, newest: 1 });
  await expect.poll(() => old.node.isGood).toBe(true);
  const newer = await start({ oldest: 1, newest: 2 });
  await expect.poll(() => newer.node.isGood).toBe(true);
  const newest = await start({ oldest: 1, newest: 2 });
  await expect.poll(() => newest.node.isGood).toBe(true);

  for (const { node } of [old, newest]) {
    node.gainInterest(hash);
    await new Promise<void>((resolve) => {
      if (node.subscribed(hash, () => resolve())) resolve();
    });
  }
  await newer.node.publish(route, '', placed(Buffer.from('to all'), 1))?.arrived();
  expect([old.heard, newest.heard]).toEqual([['to all'], ['to all']]);
  expect(spoken(newer.node.incarnation, old.node.incarnation)).toEqual(new Set([1]));
  expect(spoken(old.node.incarnation, newer.node.incarnation)).toEqual(new Set([1]));
  expect(spoken(newer.node.incarnation, newest.node.incarnation)).toEqual(new Set([2]));
});

test('a node that has no version in common with the others does not join, and says why', async () => {
  const { start } = cluster();
  const old = await start({ oldest: 1, newest: 1 });
  await expect.poll(() => old.node.isGood).toBe(true);
  const tooNew = await start({ oldest: 2, newest: 3 });
  await expect.poll(() => old.failures.length).toBeGreaterThan(0);
  expect(old.failures[0]).toContain('speaks versions 2 to 3 of frames');
  expect([old.node.isGood, old.node.status.peers, tooNew.node.status.state]).toEqual([true, [], 'joining']);
});
