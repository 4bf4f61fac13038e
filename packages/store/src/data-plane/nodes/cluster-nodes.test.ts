import { testDatabase } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openPrisma } from '../../database/open-prisma.ts';
import {
  addClusterNode,
  condemnClusterNodes,
  endClusterNodes,
  listClusterNodes,
  listEarlierNodes,
  NotAMemberError,
  promoteClusterNode,
  readLastWrittenBy,
  readRetainedMessage,
  renewClusterNode,
  renewNode,
  writeRetainedMessages,
} from '../index.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

async function open() {
  const database = openPrisma(await testDatabase(), { logger: quiet });
  onTestFinished(() => database.close());
  const { prisma, pool } = database;
  const join = (incarnation: string) =>
    addClusterNode(pool, { incarnation, nodeId: `node of ${incarnation}`, place: `place of ${incarnation}` });
  const states = async () =>
    Object.fromEntries((await listClusterNodes(pool)).map(({ incarnation, state }) => [incarnation, state]));
  return { prisma, pool, join, states };
}

describe('the rows of a cluster', () => {
  test('count renewals, and hold whom a node misses; all are answered', async () => {
    const { pool, join } = await open();
    await join('a');
    await join('b');
    await renewClusterNode(pool, 'a', []);
    const rows = await renewClusterNode(pool, 'a', ['b']);
    expect(rows?.toSorted((x, y) => x.number - y.number)).toMatchObject([
      { incarnation: 'a', state: 'joining', renewals: 2, misses: ['b'], place: 'place of a' },
      { incarnation: 'b', state: 'joining', renewals: 0, misses: [], nodeId: 'node of b' },
    ]);
    expect(rows?.[0]?.number).not.toBe(rows?.[1]?.number);
  });

  test('a node is a member only by the list that it has agreed with all of', async () => {
    const { pool, join, states } = await open();
    await join('a');
    expect(await promoteClusterNode(pool, 'a', [])).toBe(true);
    await join('b');
    await join('c');
    for (const list of [[], ['a'], ['c'], ['a', 'c', 'd']])
      expect(await promoteClusterNode(pool, 'b', list), String(list)).toBe(false);
    expect(await states()).toEqual({ a: 'member', b: 'joining', c: 'joining' });
    expect(await promoteClusterNode(pool, 'b', ['c', 'a'])).toBe(true);
    expect(await promoteClusterNode(pool, 'b', ['c', 'a']), 'once').toBe(false);
  });

  test('of two joiners at the same moment one at most does without the other', async () => {
    const { pool, join } = await open();
    await join('a');
    await join('b');
    const alone = await Promise.all([promoteClusterNode(pool, 'a', []), promoteClusterNode(pool, 'b', [])]);
    expect(alone).toEqual([false, false]);
  });

  test('a condemned node renews no more, becomes no member, and condemns no other', async () => {
    const { pool, join, states } = await open();
    await join('a');
    await join('b');
    await condemnClusterNodes(pool, 'a', (rows) => {
      expect(rows.map(({ incarnation }) => incarnation).sort()).toEqual(['a', 'b']);
      return ['b'];
    });
    expect(await renewClusterNode(pool, 'b', [])).toBeUndefined();
    expect(await promoteClusterNode(pool, 'b', ['a'])).toBe(false);
    await condemnClusterNodes(pool, 'b', () => ['a']);
    expect(await states()).toEqual({ a: 'joining', b: 'condemned' });
  });

  test('a state never goes back, whatever a statement says', async () => {
    const { pool, join, states } = await open();
    await join('a');
    await endClusterNodes(pool, ['a']);
    await pool.query(`UPDATE cluster_nodes SET state = 'member'`);
    expect(await states()).toEqual({ a: 'ended' });
    expect(await renewClusterNode(pool, 'a', [])).toBeUndefined();
  });

  test('those that ended or were condemned a day ago are forgotten when one ends, and no others', async () => {
    const { prisma, pool, join, states } = await open();
    for (const one of ['condemned', 'ended', 'joins', 'fresh', 'ends']) await join(one);
    await condemnClusterNodes(pool, 'joins', () => ['condemned', 'fresh']);
    await endClusterNodes(pool, ['ended']);
    await prisma.$executeRaw`UPDATE cluster_nodes SET changed_at = now() - interval '25 hours' WHERE incarnation <> 'fresh'`;
    await endClusterNodes(pool, ['ends']);
    expect(await states()).toEqual({ joins: 'joining', fresh: 'condemned', ends: 'ended' });
  });

  test('a renewal waits while somebody looks under the lock, and is refused if that condemned it', async () => {
    const { pool, join } = await open();
    await join('a');
    await join('b');
    let renewal: Promise<unknown> | undefined;
    await condemnClusterNodes(pool, 'a', () => {
      renewal = renewClusterNode(pool, 'b', []);
      return ['b'];
    });
    expect(await renewal).toBeUndefined();
  });
});

describe('a message on a permanent topic', () => {
  const wide = { topics: 100, bytes: 100_000 };
  /** Nobody gives up here, however long the machine takes. */
  const options = { quotas: { device: wide, registry: wide }, lockTimeoutMs: 60_000 };
  const message = (payload: string) => ({
    registryId: 'r1',
    topic: '$registries/r1/state',
    deviceId: undefined,
    payload: Buffer.from(payload),
  });

  test('gets a version above those before it, cleared or not', async () => {
    const { pool, prisma } = await open();
    await prisma.registry.create({ data: { id: 'r1', folderId: 'f' } });
    const versions: (number | undefined)[] = [];
    for (const payload of ['one', 'two', '', 'three'])
      versions.push(...(await writeRetainedMessages(pool, [message(payload)], options)).versions);
    expect(versions).toEqual(versions.toSorted((a, b) => Number(a) - Number(b)));
    expect(new Set(versions).size).toBe(4);
    const stored = await readRetainedMessage(pool, 'r1', '$registries/r1/state');
    expect(stored).toMatchObject({ payload: Buffer.from('three'), version: versions[3] });
    expect(await readRetainedMessage(pool, 'r1', '$registries/r1/other')).toBeUndefined();
  });

  test('of two writers the last that is stored has the highest version', async () => {
    const { pool, prisma } = await open();
    await prisma.registry.create({ data: { id: 'r1', folderId: 'f' } });
    // The row of what it uses is there: two that make it are in each other's way, and one of them has to try again.
    await writeRetainedMessages(pool, [message('before')], options);
    const writes = Array.from({ length: 40 }, (_, n) =>
      writeRetainedMessages(pool, [message(String(n))], options),
    );
    const versions = (await Promise.all(writes)).map((result) => result.versions[0] ?? 0);
    const stored = await readRetainedMessage(pool, 'r1', '$registries/r1/state');
    expect(stored?.version).toBe(Math.max(...versions));
    expect(versions[Number(stored?.payload)]).toBe(stored?.version);
  });

  test('is stored in the name of a member alone', async () => {
    const { pool, prisma, join } = await open();
    await prisma.registry.create({ data: { id: 'r1', folderId: 'f' } });
    await join('a');
    const write = (payload: string) =>
      writeRetainedMessages(pool, [message(payload)], { ...options, member: 'a' });
    await expect(write('early')).rejects.toThrow(NotAMemberError);
    await promoteClusterNode(pool, 'a', []);
    expect((await write('in time')).outcomes).toEqual(['stored']);
    await condemnClusterNodes(pool, 'a', () => ['a']);
    await expect(write('late')).rejects.toThrow(NotAMemberError);
    await expect(write('')).rejects.toThrow(NotAMemberError);
    expect((await readRetainedMessage(pool, 'r1', '$registries/r1/state'))?.payload).toEqual(
      Buffer.from('in time'),
    );
  });
});

test('what a node stored last is read in its order, and nothing of others, or of long ago', async () => {
  const { pool, prisma, join } = await open();
  await prisma.registry.create({ data: { id: 'r1', folderId: 'f' } });
  await join('a');
  await promoteClusterNode(pool, 'a', []);
  await join('b');
  await promoteClusterNode(pool, 'b', ['a']);
  const wide = { topics: 100, bytes: 100_000 };
  const write = (member: string, topic: string) =>
    writeRetainedMessages(
      pool,
      [
        {
          registryId: 'r1',
          topic: `$registries/r1/${topic}`,
          deviceId: undefined,
          payload: Buffer.from(member),
        },
      ],
      { quotas: { device: wide, registry: wide }, lockTimeoutMs: 60_000, member },
    );
  for (const topic of ['old', 'second', 'first', 'theirs']) await write('a', topic);
  await pool.query(
    `UPDATE permanent_messages SET updated_at = now() - interval '1 hour' WHERE topic LIKE '%old'`,
  );
  await write('b', 'theirs');
  await write('a', 'second');
  const written = await readLastWrittenBy(pool, 'a', 0);
  expect(written.map(({ registryId, topic }) => `${registryId} ${topic}`)).toEqual([
    'r1 $registries/r1/first',
    'r1 $registries/r1/second',
  ]);
  expect(await readLastWrittenBy(pool, 'a', written[0]?.version ?? 0)).toEqual([written[1]]);
  expect(await readLastWrittenBy(pool, 'nobody', 0)).toEqual([]);
});

test('a node sees those that were on the list before it, not those after it', async () => {
  const { pool } = await open();
  for (const id of ['a', 'b'])
    await renewNode(pool, { id, url: `http://${id}`, inCluster: id === 'a', place: 'here' });
  expect(await listEarlierNodes(pool, 'b')).toMatchObject([{ id: 'a', inCluster: true, place: 'here' }]);
  expect(await listEarlierNodes(pool, 'a')).toEqual([]);
});
