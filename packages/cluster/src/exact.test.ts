/** What is exact between nodes, tried so often that what is nearly so would be noticed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Carrier } from './carriers/carrier.ts';
import { SocketCarrier } from './carriers/socket-carrier.ts';
import { decodeFrame } from './frames/frame.ts';
import { decodeRecords } from './frames/records.ts';
import { MemoryNetwork } from './testing/memory-network.ts';
import { type Member, publish, startCluster, subscribe } from './testing/start-cluster.ts';

const times = 2_000;

function socketCarriers(count: number): Carrier[] {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-exact-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return Array.from({ length: count }, () => new SocketCarrier(folder));
}

interface Session {
  readonly known: Promise<void>;
  readonly isTaken: () => boolean;
}

function claim({ node }: Member, clientId: string): Session {
  let isTaken = false;
  const known = new Promise<void>((resolve, reject) => {
    node.claim(
      clientId,
      () => {
        isTaken = true;
      },
      (error) => (error ? reject(error) : resolve()),
    );
  });
  return { known, isTaken: () => isTaken };
}

/** 16 bytes in hex. */
const clientId = (number: number) => number.toString(16).padStart(32, '0');

test('what is published elsewhere after a SUBACK arrives before its PUBACK, two thousand times', async () => {
  const [here, there] = (await startCluster(socketCarriers(2))) as [Member, Member];
  for (let n = 0; n < times; n++) {
    await subscribe(there, `namespace ${n}`);
    await publish(here, `namespace ${n}`, String(n));
    expect(there.heard.at(-1)).toBe(String(n));
  }
  expect(there.heard).toHaveLength(times);
  expect(here.heard).toEqual([]);
});

test('of two thousand client IDs that move to another node each keeps its newer session alone', async () => {
  const [here, there] = (await startCluster(socketCarriers(2))) as [Member, Member];
  for (let n = 0; n < times; n++) {
    const [from, to] = n % 2 === 0 ? [here, there] : [there, here];
    const older = claim(from, clientId(n));
    await older.known;
    const newer = claim(to, clientId(n));
    await newer.known;
    expect([older.isTaken(), newer.isTaken()]).toEqual([true, false]);
  }
  expect(here.node.status.claims + there.node.status.claims).toBe(times);
});

test('of two thousand client IDs that come to two nodes at once each keeps one session', async () => {
  const members = (await startCluster(socketCarriers(2))) as [Member, Member];
  for (let n = 0; n < times; n++) {
    const sessions = members.map((member) => claim(member, clientId(n)));
    await Promise.all(sessions.map(({ known }) => known));
    await expect.poll(() => sessions.filter(({ isTaken }) => isTaken()).length, { interval: 0 }).toBe(1);
  }
  expect(members[0].node.status.claims + members[1].node.status.claims).toBe(times);
});

test('a command to a device of one of four nodes is sent to that node alone', async () => {
  const network = new MemoryNetwork();
  const members = await startCluster(Array.from({ length: 4 }, () => network.carrier()));
  const [backEnd, ofDevice] = members as [Member, Member];
  for (let n = 0; n < 1_000; n++) await subscribe(members[n % 4] as Member, `device ${n}`);
  const before = network.sent.length;
  await publish(backEnd, 'device 1', 'on');
  expect(members.map(({ heard }) => heard)).toEqual([[], ['on'], [], []]);
  const withMessages = network.sent
    .slice(before)
    .map(decodeFrame)
    .filter(
      (frame) => frame && [...(decodeRecords(frame.body) ?? [])].some(({ type }) => type === 'message'),
    );
  expect(withMessages.map((frame) => frame?.to)).toEqual([ofDevice.node.incarnation]);
});
