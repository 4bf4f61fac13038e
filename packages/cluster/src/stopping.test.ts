/** However a node is stopped, its row says that it has ended: else the next to join waits until it is taken for dead. */

import { systemClock } from '@iotcore/process/clock';
import { expect, test } from 'vitest';
import { ClusterNode, type ClusterNodeParts } from './cluster-node.ts';
import type { MemberStatements } from './members/statements.ts';
import { MemoryNetwork } from './testing/memory-network.ts';
import { MemoryRows } from './testing/memory-rows.ts';

function setUp(statements: Partial<MemberStatements> = {}, parts: Partial<ClusterNodeParts> = {}) {
  const rows = new MemoryRows();
  const closing = Promise.withResolvers<string>();
  const closed = Promise.withResolvers<void>();
  const node = new ClusterNode({
    ...{ clock: systemClock, carrier: new MemoryNetwork().carrier(), graceMs: 60_000, linkBytes: 1_048_576 },
    statements: { ...rows.statements(), ...statements },
    deliver: () => {},
    closeSessions: async (reason) => {
      closing.resolve(reason);
      await closed.promise;
    },
    failed: (what, error) => {
      throw new Error(what, { cause: error });
    },
    changed: () => {},
    ...parts,
  });
  return { rows, node, closing, closed };
}

test('a node that is stopped while it closes its sessions to begin anew ends its row once they are closed, and no new one begins', async () => {
  const { rows, node, closing, closed } = setUp();
  await node.start();
  await expect.poll(() => node.isGood).toBe(true);
  const id = node.incarnation as string;
  await rows.statements().condemn('another', () => [id]);
  await closing.promise;
  const stopped = node.stop();
  expect(rows.stateOf(id)).toBe('condemned');
  closed.resolve();
  await stopped;
  expect(rows.stateOf(id)).toBe('ended');
  expect(rows.size).toBe(1);
});

test('a node that is stopped while its row is written ends it', async () => {
  const { promise: writing, resolve: begun } = Promise.withResolvers<string>();
  const { promise: written, resolve: write } = Promise.withResolvers<void>();
  const { rows, node } = setUp({
    join: async (incarnation) => {
      begun(incarnation);
      await written;
      await rows.statements().join(incarnation);
    },
  });
  const started = node.start();
  const id = await writing;
  const stopped = node.stop();
  write();
  await Promise.all([started, stopped]);
  expect(rows.stateOf(id)).toBe('ended');
});

test('a node that is stopped between two attempts to begin ends at once, and no other attempt follows', async () => {
  const { promise: pausing, resolve: paused } = Promise.withResolvers<void>();
  const attempts: string[] = [];
  const join = async (incarnation: string) => {
    attempts.push(incarnation);
    throw new Error('the database is away');
  };
  const { node } = setUp(
    { join },
    {
      // No pause of a second ever ends by itself.
      clock: {
        ...{ nowMs: () => systemClock.nowMs(), soon: (task) => systemClock.soon(task) },
        after: (ms, task) => {
          if (ms < 1_000) return systemClock.after(ms, task);
          paused();
          return () => {};
        },
      },
      failed: () => {},
    },
  );
  const started = node.start();
  await pausing;
  await node.stop();
  await started;
  expect(attempts).toHaveLength(1);
});
