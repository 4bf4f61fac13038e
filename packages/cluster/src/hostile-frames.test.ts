/** A carrier may deliver frames of any sender: none may do harm, or reach a subscriber that it was not meant for. */

import { systemClock } from '@iotcore/process/clock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NodeClock } from './clock.ts';
import { ClusterNode, type ClusterNodeParts } from './cluster-node.ts';
import { decodeFrame, encodeFrame, type FrameHead } from './frames/frame.ts';
import { encodeRecord } from './frames/records.ts';
import { namespaceHash } from './interest/namespace-hash.ts';
import { payloadOf, placed, RemoteRoute } from './links/remote.ts';
import { MemoryNetwork } from './testing/memory-network.ts';
import { MemoryRows } from './testing/memory-rows.ts';
import { oneHash } from './testing/one-hash.ts';

interface Member {
  readonly node: ClusterNode;
  readonly heard: string[];
}

let network: MemoryNetwork;
let rows: MemoryRows;
let members: readonly [Member, Member];

beforeEach(async () => {
  network = new MemoryNetwork();
  rows = new MemoryRows();
  const make = (): Member => {
    const heard: string[] = [];
    const node = new ClusterNode({
      clock: systemClock,
      carrier: network.carrier(),
      statements: rows.statements(),
      graceMs: 60_000,
      linkBytes: 1_048_576,
      deliver: (destinations, message) => {
        const namespaces = destinations.map(({ namespace }) => namespace);
        heard.push(`${namespaces.join()}: ${payloadOf(message)}`);
      },
      closeSessions: async () => {},
      failed: (what, error) => {
        throw new Error(what, { cause: error });
      },
      changed: () => {},
    });
    return { node, heard };
  };
  members = [make(), make()];
  for (const { node } of members) {
    await node.start();
    await expect.poll(() => node.isGood).toBe(true);
  }
});

afterEach(async () => {
  for (const { node } of members) await node.stop();
});

function say(namespace: string, payload: string): Promise<void> {
  const route = new RemoteRoute([{ namespace, topic: 't' }]);
  return Promise.resolve(members[0].node.publish(route, '', placed(Buffer.from(payload), 1))?.arrived());
}

function listen(namespace: string): Promise<void> {
  const { node } = members[1];
  node.gainInterest(namespaceHash(namespace));
  return new Promise((resolve) => {
    if (node.subscribed(namespaceHash(namespace), () => resolve())) resolve();
  });
}

const idOf = ({ node }: Member) => node.incarnation ?? '';

function frame(head: Partial<FrameHead>, body?: Buffer): Buffer {
  const [from, to] = members.map(idOf) as [string, string];
  return encodeFrame({ version: 1, kind: 'stream', from, to, number: 1_000, acknowledged: 0, ...head }, body);
}

const message = () =>
  Buffer.concat([
    encodeRecord({ type: 'route', route: 1, destinations: [{ namespace: 'theirs', topic: 't' }] }),
    encodeRecord({ type: 'message', route: 1, end: '', ...placed(Buffer.from('forged'), 1) }),
  ]);

async function expectUnharmed(): Promise<void> {
  await listen('ours');
  await say('ours', 'well');
  expect(members[1].heard).toEqual(['ours: well']);
  for (const { node } of members) expect([node.isGood, node.status.resets]).toEqual([true, 0]);
}

describe('a frame without effect is one', () => {
  test.each([
    ['of a node that is none of this cluster', () => frame({ from: 'f'.repeat(32), number: 1 }, message())],
    ['for another node', () => frame({ to: 'f'.repeat(32), number: 1 }, message())],
    ['of another version', () => frame({ version: 9, number: 1 }, message())],
    ['far ahead of its turn', () => frame({ number: 2 ** 40 }, message())],
    ['that acknowledges what was never sent', () => frame({ number: 0, acknowledged: 2 ** 40 })],
    ['of nothing', () => Buffer.alloc(0)],
    ['of noise', () => Buffer.alloc(300, 0xa5)],
    [
      'that says that the receiver is condemned, from a stranger',
      () => frame({ kind: 'condemned', from: 'e'.repeat(32) }),
    ],
    [
      'that asks for a link without rows',
      () => frame({ kind: 'hello', from: 'e'.repeat(32) }, Buffer.from('{"a":1}')),
    ],
  ])('%s', async (_what, make) => {
    network.bring(idOf(members[1]), make());
    await expectUnharmed();
  });
});

test('a frame that is cut anywhere does nothing, and what comes after it arrives', async () => {
  await listen('ours');
  await say('ours', 'well');
  const whole = network.sent.filter((bytes) => decodeFrame(bytes)?.number !== 0).at(-1) ?? Buffer.alloc(0);
  for (let bytes = 0; bytes < whole.length; bytes++)
    network.bring(idOf(members[1]), whole.subarray(0, bytes));
  await say('ours', 'still well');
  expect(members[1].heard).toEqual(['ours: well', 'ours: still well']);
});

test('a frame that is brought again is heard once', async () => {
  await listen('ours');
  await say('ours', 'once');
  for (const bytes of [...network.sent]) {
    const to = decodeFrame(bytes)?.to ?? '';
    network.bring(to, bytes);
  }
  await say('ours', 'then');
  expect(members[1].heard).toEqual(['ours: once', 'ours: then']);
  for (const { node } of members) expect([node.isGood, node.status.resets]).toEqual([true, 0]);
});

test('namespaces with one hash cost a frame, which says whose it is', async () => {
  const [one, other] = oneHash;
  await listen(one);
  await say(other, 'not yours');
  await say(one, 'yours');
  // That nobody is handed it is tried over engines: see `bus/one-hash.test.ts`.
  expect(members[1].heard).toEqual([`${other}: not yours`, `${one}: yours`]);
});

test('nodes whose clocks are an hour apart are one cluster, and stay one', async () => {
  const early: NodeClock = { ...systemClock, nowMs: () => systemClock.nowMs() - 3_600_000 };
  const late = await startThird({ clock: early });
  await expect.poll(() => late.isGood).toBe(true);
  await expectUnharmed();
  expect(late.status.peers).toHaveLength(2);
  await late.stop();
});

test('a node with the incarnation of another does not come in, and joins under one of its own', async () => {
  const taken = idOf(members[0]);
  const incarnations = [taken, '7'.repeat(32)];
  const failures: string[] = [];
  const third = await startThird({
    newIncarnation: () => incarnations.shift() ?? '',
    failed: (what) => failures.push(what),
  });
  await expect.poll(() => third.isGood).toBe(true);
  expect([third.incarnation, idOf(members[0])]).toEqual(['7'.repeat(32), taken]);
  expect(failures).toEqual(['this node could not begin to join']);
  await expectUnharmed();
  await third.stop();
});

async function startThird(parts: Partial<ClusterNodeParts>): Promise<ClusterNode> {
  const node = new ClusterNode({
    ...{ clock: systemClock, graceMs: 60_000, linkBytes: 1_048_576 },
    carrier: network.carrier(),
    statements: rows.statements(),
    deliver: () => {},
    closeSessions: async () => {},
    failed: () => {},
    changed: () => {},
    ...parts,
  });
  await node.start();
  return node;
}
