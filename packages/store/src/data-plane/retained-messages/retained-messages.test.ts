import { randomInt } from 'node:crypto';
import { limits } from '@iotcore/model';
import { testDatabase } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openPrisma } from '../../database/open-prisma.ts';
import { migrate } from '../../index.ts';
import {
  type Queryable,
  type RetainedMessageRow,
  type RetainedMessageWrite,
  RowsLockedError,
  readRetainedMessages,
  writeRetainedMessages,
} from '../index.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const wide = { topics: 1_000_000, bytes: 1_000_000_000 };

/** Registry r1 with devices d1, d2; registry r2 with d3. */
async function open() {
  const url = await testDatabase();
  const database = openPrisma(url, { logger: quiet });
  onTestFinished(() => database.close());
  const { prisma, pool } = database;
  await prisma.registry.createMany({ data: ['r1', 'r2'].map((id) => ({ id, folderId: 'f' })) });
  await prisma.device.createMany({
    data: [
      { id: 'd1', registryId: 'r1', folderId: 'f' },
      { id: 'd2', registryId: 'r1', folderId: 'f' },
      { id: 'd3', registryId: 'r2', folderId: 'f' },
    ],
  });
  return { url, db: pool as Queryable, pool, prisma };
}

const write = (topic: string, payload: string | Buffer, deviceId?: string, registryId = 'r1') => ({
  registryId,
  topic,
  deviceId,
  payload: Buffer.from(payload),
});

const store = (db: Queryable, writes: readonly RetainedMessageWrite[], device = wide, registry = wide) =>
  writeRetainedMessages(db, writes, { quotas: { device, registry }, lockTimeoutMs: 5000 });

async function read(db: Queryable, beginning: string, exact = false, registryId = 'r1') {
  const all: Pick<RetainedMessageRow, 'topic' | 'payload'>[] = [];
  for (let after: string | undefined; ; after = all.at(-1)?.topic) {
    const page = await readRetainedMessages(db, { registryId, beginning, exact, after });
    if (page.length === 0) return all;
    all.push(...page.map(({ topic, payload }) => ({ topic, payload })));
  }
}

/** The counters, and what they should be. */
async function usage(db: Queryable) {
  const { rows: counted } = await db.query(
    `SELECT registry_id, device_id, topics, bytes::int FROM permanent_usage WHERE topics > 0 ORDER BY 1, 2`,
  );
  const { rows: real } = await db.query(
    `SELECT registry_id, device_id, count(*)::int AS topics, sum(octet_length(topic) + octet_length(payload))::int AS bytes
     FROM permanent_messages GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  return { counted, real };
}

describe('retained messages', () => {
  test('of owners that are gone are left out, and the others are stored', async () => {
    const { db } = await open();
    await store(db, [
      write('$devices/gone/state', 'x', 'gone'),
      write('$registries/gone/state', 'x', undefined, 'gone'),
      write('$devices/d1/state', 'kept', 'd1'),
    ]);
    expect(await read(db, '$')).toEqual([{ topic: '$devices/d1/state', payload: Buffer.from('kept') }]);
    expect(await read(db, '$', false, 'gone')).toEqual([]);
  });

  test('of the longest topics are told apart by their last character, and read like any others', async () => {
    const { db } = await open();
    // Characters of four bytes in no order, so that no compression makes the topics short.
    const codes = Array.from({ length: limits.subtopic.max - 1 }, () => randomInt(0x10000, 0x10ffff));
    const beginning = `$devices/d1/state/${String.fromCodePoint(...codes)}`;
    const [first, second] = [`${beginning}1`, `${beginning}2`];
    expect(Buffer.byteLength(first)).toBeGreaterThan(4000);
    await store(db, [write(first, 'old', 'd1'), write(second, 'other', 'd1')]);
    await store(db, [write(first, 'new', 'd1')]);
    expect(await read(db, first, true)).toEqual([{ topic: first, payload: Buffer.from('new') }]);
    expect(await read(db, beginning)).toHaveLength(2);
    const range = { registryId: 'r1', beginning: '$devices/', exact: false, after: first };
    expect((await readRetainedMessages(db, range)).map(({ topic }) => topic)).toEqual([second]);
    await store(db, [write(first, '', 'd1')]);
    expect((await read(db, '$devices/d1/')).map(({ topic }) => topic)).toEqual([second]);
  });

  test('replace the earlier one, are removed by an empty payload, and go with their device', async () => {
    const { db, prisma } = await open();
    await store(db, [write('$devices/d1/state', 'old', 'd1'), write('$devices/d2/state', 'x', 'd2')]);
    await store(db, [write('$devices/d1/state', Buffer.from([0, 255]), 'd1')]);
    expect(await read(db, '$devices/d1/state', true)).toEqual([
      { topic: '$devices/d1/state', payload: Buffer.from([0, 255]) },
    ]);
    await store(db, [write('$devices/d1/state', '', 'd1')]);
    expect((await read(db, '$')).map(({ topic }) => topic)).toEqual(['$devices/d2/state']);
    await prisma.device.delete({ where: { id: 'd2' } });
    expect(await read(db, '$')).toEqual([]);
  });

  test('are read by the beginning of their topic, exactly or not, in pages bounded in rows and bytes', async () => {
    const { db } = await open();
    const many = Array.from({ length: 1201 }, (_, n) =>
      write(`$devices/d1/state/${String(n).padStart(4, '0')}`, 'x', 'd1'),
    );
    await store(db, many);
    await store(db, [write('$devices/d1/stateless', 'x', 'd1')]);
    expect(await read(db, '$devices/d1/state/')).toHaveLength(1201);
    expect(await read(db, '$devices/d1/state', true)).toEqual([]);
    const half = Buffer.alloc(600_000, 1);
    await store(
      db,
      ['a', 'b', 'c'].map((level) => write(`$devices/d2/state/${level}`, half, 'd2')),
    );
    const range = { registryId: 'r1', beginning: '$devices/d2/', exact: false, after: undefined };
    expect(await readRetainedMessages(db, range)).toHaveLength(1);
    expect(await read(db, '$devices/d2/')).toHaveLength(3);
  });
});

describe('the quota of an owner', () => {
  test('refuses another topic or more bytes, and stores what the others sent and what takes no more room', async () => {
    const { db } = await open();
    const quota = { topics: 2, bytes: 100 };
    const { outcomes } = await store(
      db,
      [
        write('$devices/d2/state', 'of its sibling', 'd2'),
        write('$devices/d1/state/3', 'c', 'd1'),
        write('$devices/d1/state/1', 'a', 'd1'),
        write('$devices/d1/state/2', 'b', 'd1'),
        write('$registries/r1/state', 'of its registry'),
      ],
      quota,
    );
    expect(outcomes).toEqual(['stored', 'topics', 'stored', 'stored', 'stored']);
    const again = [
      write('$devices/d1/state/1', 'x'.repeat(100), 'd1'),
      write('$devices/d1/state/2', 'B', 'd1'),
    ];
    expect((await store(db, again, quota)).outcomes).toEqual(['bytes', 'stored']);
    const cleared = [write('$devices/d1/state/3', 'now', 'd1'), write('$devices/d1/state/1', '', 'd1')];
    expect((await store(db, cleared, quota)).outcomes).toEqual(['stored', 'cleared']);
    expect((await read(db, '$devices/d1/')).map(({ topic, payload }) => `${topic} ${payload}`)).toEqual([
      '$devices/d1/state/2 B',
      '$devices/d1/state/3 now',
    ]);
    const { counted, real } = await usage(db);
    expect(counted).toEqual(real);
  });

  test('of a registry counts its own topics, not those of its devices', async () => {
    const { db } = await open();
    const one = { topics: 1, bytes: 1000 };
    const writes = [
      write('$devices/d1/state', 'x', 'd1'),
      write('$registries/r1/state', 'x'),
      write('$registries/r1/config', 'x'),
      write('$registries/r2/config', 'x', undefined, 'r2'),
    ];
    const { outcomes } = await store(db, writes, wide, one);
    expect(outcomes.filter((outcome) => outcome === 'topics')).toHaveLength(1);
    expect(await read(db, '$registries/r1/')).toHaveLength(1);
    expect(await read(db, '$registries/r2/', false, 'r2')).toHaveLength(1);
  });

  test('that was lowered lets an owner beyond it shrink, and not grow', async () => {
    const { db } = await open();
    await store(db, [
      write('$devices/d1/state/1', 'long enough', 'd1'),
      write('$devices/d1/state/2', 'x', 'd1'),
    ]);
    const lowered = { topics: 1, bytes: 10 };
    const writes = [
      write('$devices/d1/state/1', 'shorter', 'd1'),
      write('$devices/d1/state/2', 'longer', 'd1'),
    ];
    expect((await store(db, writes, lowered)).outcomes).toEqual(['stored', 'bytes']);
  });

  test('is warned of once, when four fifths of it are used', async () => {
    const { db } = await open();
    const quota = { topics: 10, bytes: 1_000_000 };
    const topics = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, n) => write(`$devices/d1/state/${from + n}`, 'x', 'd1'));
    expect((await store(db, topics(0, 7), quota)).warnings).toEqual([]);
    expect((await store(db, topics(7, 9), quota)).warnings).toEqual([
      { registryId: 'r1', deviceId: 'd1', what: 'topics', used: 9, quota: 10 },
    ]);
    expect((await store(db, topics(9, 10), quota)).warnings).toEqual([]);
  });

  test('is exact for writers at the same time, once the owner has stored anything', async () => {
    const { db } = await open();
    await store(db, [write('$devices/d1/state', 'x', 'd1')]);
    const quota = { topics: 5, bytes: 1_000_000 };
    const many = Array.from({ length: 12 }, (_, n) => [write(`$devices/d1/state/${n}`, 'x', 'd1')]);
    const results = await Promise.all(many.map((writes) => store(db, writes, quota)));
    expect(results.filter(({ outcomes }) => outcomes[0] === 'stored')).toHaveLength(4);
    expect(await read(db, '$devices/d1/')).toHaveLength(5);
  });
});

describe('the counters', () => {
  test('follow every statement, also of versions that know nothing of them, and go with their owner', async () => {
    const { db, prisma, pool } = await open();
    await store(db, [
      write('$devices/d1/state', 'abc', 'd1'),
      write('$devices/d2/state', 'abc', 'd2'),
      write('$registries/r1/state', 'abc'),
    ]);
    await pool.query(
      `INSERT INTO permanent_messages (registry_id, topic, topic_sha256, device_id, payload)
       SELECT 'r1', topic, sha256(convert_to(topic, 'UTF8')), 'd1', 'x' FROM unnest('{$devices/d1/state,$devices/d1/new}'::text[]) AS topic
       ON CONFLICT (registry_id, topic_sha256) DO UPDATE SET payload = excluded.payload`,
    );
    await pool.query(`DELETE FROM permanent_messages WHERE device_id IS NULL`);
    const { counted, real } = await usage(db);
    expect(counted).toEqual(real);
    expect(counted).toHaveLength(2);
    await prisma.device.delete({ where: { id: 'd1' } });
    const left = await db.query('SELECT device_id, topics FROM permanent_usage ORDER BY 1');
    expect(left.rows).toEqual([
      { device_id: 'd2', topics: 1 },
      { device_id: null, topics: 0 },
    ]);
  });
});

test('what was stored before there were counters is counted when they come', async () => {
  const { url, db, pool } = await open();
  await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await migrate(url, quiet, '20261122183500_password_adoption');
  await pool.query(
    `INSERT INTO registries (id, folder_id) VALUES ('r1', 'f');
     INSERT INTO devices (id, registry_id, folder_id) VALUES ('d1', 'r1', 'f');
     INSERT INTO permanent_messages (registry_id, topic, topic_sha256, device_id, payload)
     SELECT 'r1', topic, sha256(convert_to(topic, 'UTF8')), device_id, repeat('x', 3000)::bytea
     FROM (VALUES ('$devices/d1/state', 'd1'), ('$devices/d1/config', 'd1'), ('$registries/r1/state', NULL)) AS given(topic, device_id)`,
  );
  await migrate(url, quiet);
  const { counted, real } = await usage(db);
  expect(counted).toHaveLength(2);
  expect(counted).toEqual(real);
});

test('rows that somebody has locked are waited for no longer than asked for, and nothing is stored', async () => {
  const { db, pool } = await open();
  await store(db, [write('$devices/d1/state', 'old', 'd1')]);
  const other = await pool.connect();
  onTestFinished(() => other.release());
  await other.query('BEGIN');
  await other.query(`SELECT FROM permanent_messages WHERE registry_id = 'r1' FOR UPDATE`);
  const writes = [write('$devices/d1/state', 'new', 'd1'), write('$devices/d2/state', 'new', 'd2')];
  const options = { quotas: { device: wide, registry: wide }, lockTimeoutMs: 50 };
  await expect(writeRetainedMessages(db, writes, options)).rejects.toBeInstanceOf(RowsLockedError);
  await other.query('ROLLBACK');
  expect((await read(db, '$')).map(({ payload }) => String(payload))).toEqual(['old']);
  expect((await other.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '5s' }]);
});
