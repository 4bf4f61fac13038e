/** The logs of exports over a real Postgres: order, limits, leases. */
import { testDatabase } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { updateExport } from '../control/exports/exports.ts';
import { findExportProgress, findPositionAt } from '../control/exports/progress.ts';
import { redeliverDeadLetters } from '../control/exports/records.ts';
import type { Sql, Statement } from '../database/sql.ts';
import { openDatabase } from '../index.ts';
import {
  appendChunks,
  DeadLetters,
  findExportFigures,
  findShare,
  findUntrimmed,
  findWaitingShare,
  frameBytes,
  hasExportLogs,
  type Lease,
  readChunks,
  readFrame,
  releaseLease,
  releaseLeases,
  removeOrphans,
  renewLeases,
  splitFrames,
  takeLeases,
  trimLog,
  writeAttempts,
  writeCursor,
  writeFrame,
} from './index.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const mebibyte = 1024 * 1024;

interface Backlog {
  readonly maxBytes?: number;
  readonly onFull?: 'DISCARD_OLDEST' | 'HOLD';
  readonly replayWindow?: string;
  readonly maxAge?: string;
}

/** A registry `r`, and exports of it. */
async function open(backlogs: Readonly<Record<string, Backlog>> = { e: {} }) {
  const database = openDatabase(await testDatabase(), { logger: quiet });
  onTestFinished(() => database.close());
  const { pool: db } = database;
  await db.query(`INSERT INTO registries (id, folder_id) VALUES ('r', 'f')`);
  for (const [id, given] of Object.entries(backlogs)) {
    const backlog = {
      ...{ maxBytes: mebibyte, maxAge: '604800s', replayWindow: '3600s', onFull: 'DISCARD_OLDEST' },
      ...given,
    };
    await db.query(
      `INSERT INTO exports (id, folder_id, registry_id, target, secrets, batch, concurrency, retry, backlog)
       VALUES ($1, 'f', 'r', '{"webhook":{}}', '', '{}', 1, '{}', $2)`,
      [id, JSON.stringify(backlog)],
    );
    await db.query('INSERT INTO export_heads (export_id) VALUES ($1)', [id]);
    await db.query('INSERT INTO export_cursors (export_id) VALUES ($1)', [id]);
  }
  const cursor = async (id = 'e') =>
    (
      await db.query(
        `SELECT position::int, discarded::int, delivered::int, (bytes - freed_bytes)::int AS size, head::int
         FROM export_cursors JOIN export_heads USING (export_id) WHERE export_id = $1`,
        [id],
      )
    ).rows[0];
  return { db, cursor };
}

function chunkOf(exportId: string, payloads: readonly (string | Buffer)[], receivedAtMs = 1) {
  const topic = Buffer.from('t');
  const frames = payloads.map((given) => {
    const payload = Buffer.from(given);
    const frame = Buffer.alloc(frameBytes(1, topic.length, payload.length));
    writeFrame(frame, 0, {
      eventId: Buffer.alloc(16),
      receivedAtMs,
      qos: 1,
      deviceId: 'd',
      topic,
      payload,
    });
    return frame;
  });
  return { exportId, messages: frames.length, data: Buffer.concat(frames) };
}

const letterOf = (eventId: string, bytes = 1) => ({
  ...{ eventId, position: 0, attempts: 1, reason: 'r', answer: '' },
  frame: Buffer.alloc(bytes),
});

type Db = Awaited<ReturnType<typeof open>>['db'];

async function readAll(db: Db, exportId = 'e', from = 0): Promise<string[]> {
  const payloads: string[] = [];
  for (let position = from; ; ) {
    const chunks = await readChunks(db, exportId, position, 1000);
    if (chunks.length === 0) return payloads;
    for (const chunk of chunks)
      for (const [index, frame] of splitFrames(chunk.data).entries()) {
        if (chunk.position + index !== position) continue;
        payloads.push(readFrame(frame).payload.toString());
        position += 1;
      }
  }
}

describe('appending', () => {
  test('gives dense positions in the order of the commits, to several writers at once, and none to an export that is gone', async () => {
    const { db, cursor } = await open({ e: {}, other: {} });
    const write = async (writer: number) => {
      for (let n = 0; n < 20; n += 1) {
        const payload = `${writer}/${n}`;
        const outcomes = await appendChunks(db, [
          chunkOf('e', [payload]),
          chunkOf('gone', ['x']),
          chunkOf('other', ['y']),
        ]);
        expect(outcomes.map(({ outcome }) => outcome)).toEqual(['written', 'gone', 'written']);
      }
    };
    await Promise.all([1, 2, 3, 4].map(write));
    const payloads = await readAll(db);
    expect(payloads).toHaveLength(80);
    for (const writer of [1, 2, 3, 4])
      expect(payloads.filter((payload) => payload.startsWith(`${writer}/`))).toEqual(
        Array.from({ length: 20 }, (_, n) => `${writer}/${n}`),
      );
    expect([(await cursor()).head, (await cursor('other')).head]).toEqual([80, 80]);
  });

  test('reads on from the middle of a chunk', async () => {
    const { db } = await open();
    await appendChunks(db, [chunkOf('e', ['a', 'b', 'c'])]);
    await appendChunks(db, [chunkOf('e', ['d'])]);
    expect(await readAll(db, 'e', 2)).toEqual(['c', 'd']);
  });
});

describe('a log that is full', () => {
  const large = Buffer.alloc(mebibyte / 4, 'x');

  test('takes no more if publishers are to wait, until what is delivered has made room', async () => {
    const { db, cursor } = await open({ e: { onFull: 'HOLD', replayWindow: '0s' } });
    const append = async () => (await appendChunks(db, [chunkOf('e', [large])]))[0]?.outcome;
    const outcomes: unknown[] = [];
    for (let n = 0; n < 5; n += 1) outcomes.push(await append());
    expect(outcomes).toEqual(['written', 'written', 'written', 'written', 'full']);
    expect(await trimLog(db, 'e')).toMatchObject({ discarded: 0 });
    expect(await append()).toBe('full');
    const [leased] = await takeLeases(db, 'h', { most: 1 });
    await deliver(db, leased?.lease, 2);
    await trimLog(db, 'e');
    expect(await append()).toBe('written');
    expect(await cursor()).toMatchObject({ discarded: 0, position: 2, head: 5 });
  });

  test('loses its oldest messages otherwise, which are counted, and the cursor passes them', async () => {
    const { db, cursor } = await open();
    const outcomes = [];
    for (let n = 0; n < 7; n += 1) {
      const [appended] = await appendChunks(db, [chunkOf('e', [large])]);
      outcomes.push(appended);
    }
    expect(outcomes.at(-1)).toEqual({ outcome: 'written', isOver: true, isNearlyFull: true });
    expect(await findUntrimmed(db)).toEqual([{ exportId: 'e', ownerId: 'r' }]);
    expect(await trimLog(db, 'e')).toEqual({ discarded: 4, isDone: true });
    expect(await cursor()).toMatchObject({ discarded: 4, position: 4, delivered: 0, head: 7 });
    expect((await cursor()).size).toBeLessThanOrEqual(mebibyte);
    expect(await findUntrimmed(db)).toEqual([]);
  });

  test('is nearly full from four fifths on, of which only what waits counts as waiting', async () => {
    const { db } = await open();
    const nearly = [];
    for (let n = 0; n < 4; n += 1) {
      const [appended] = await appendChunks(db, [chunkOf('e', [large])]);
      nearly.push(appended && 'isNearlyFull' in appended && appended.isNearlyFull);
    }
    expect(nearly).toEqual([false, false, false, true]);
    const waiting = await findWaitingShare(db, 'e');
    expect(waiting).toBeGreaterThan(0.8);
    const [leased] = await takeLeases(db, 'h', { most: 1 });
    await deliver(db, leased?.lease, 3);
    expect(await findWaitingShare(db, 'e')).toBeCloseTo((waiting ?? 0) / 4);
    const { logBytes, lagBytes } = (await findExportProgress(db, 'e')) ?? {};
    expect(Number(lagBytes)).toBeCloseTo(Number(logBytes) / 4);
    expect((await findExportFigures(db))[0]?.lagBytes).toBe(lagBytes);
    await deliver(db, leased?.lease, 4);
    expect(await findWaitingShare(db, 'e')).toBe(0);
    expect((await findExportProgress(db, 'e'))?.lagBytes).toBe('0');
    expect(await findWaitingShare(db, 'gone')).toBeUndefined();
  });

  test('does not touch another', async () => {
    const { db, cursor } = await open({ e: { onFull: 'HOLD' }, other: {} });
    for (let n = 0; n < 5; n += 1) await appendChunks(db, [chunkOf('e', [large])]);
    const outcomes = await appendChunks(db, [chunkOf('e', ['x']), chunkOf('other', ['y'])]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['full', 'written']);
    expect((await cursor('other')).head).toBe(1);
  });
});

async function deliver(
  db: Db,
  lease: Lease | undefined,
  position: number,
  deadLetters = 0,
): Promise<boolean> {
  if (!lease) throw new Error('no lease');
  const nothing = { lastError: null, lastSuccessAt: null, nextAttemptAt: null };
  return writeCursor(db, { lease, position, deadLetters, condition: 'OK', ...nothing });
}

describe('a lease', () => {
  test('is given to one holder', async () => {
    const { db } = await open({ a: {}, b: {} });
    const taken = await Promise.all([
      takeLeases(db, 'one', { most: 5 }),
      takeLeases(db, 'other', { most: 5 }),
    ]);
    expect(
      taken
        .flat()
        .map(({ lease }) => lease.exportId)
        .sort(),
    ).toEqual(['a', 'b']);
    expect(await takeLeases(db, 'third', { most: 5 })).toEqual([]);
  });

  test('that has run out is another’s; its holder before moves nothing, makes no dead letter, and learns of it', async () => {
    const { db, cursor } = await open();
    await appendChunks(db, [chunkOf('e', ['a', 'b', 'c'])]);
    const [frozen] = await takeLeases(db, 'frozen', { most: 1 });
    if (!frozen) throw new Error('no lease');
    await db.query(`UPDATE export_cursors SET lease_until = now() - interval '1 second'`);
    const [second] = await takeLeases(db, 'second', { most: 1 });
    expect(await deliver(db, second?.lease, 1)).toBe(true);
    expect(await deliver(db, frozen.lease, 3)).toBe(false);
    expect(await new DeadLetters(db, frozen.lease).add(letterOf('1'))).toBe('lost');
    expect(await renewLeases(db, [frozen.lease])).toEqual(new Set());
    expect(await cursor()).toMatchObject({ position: 1, delivered: 1 });
    expect((await db.query('SELECT FROM export_dead_letters')).rowCount).toBe(0);
  });

  test('that is given back can be taken at once', async () => {
    const { db } = await open();
    await takeLeases(db, 'one', { most: 1 });
    await releaseLeases(db, 'one');
    expect(await takeLeases(db, 'other', { most: 1 })).toHaveLength(1);
  });

  test('that was given back is for a process that holds less than its share', async () => {
    const { db } = await open({ a: {}, b: {} });
    const [one, other] = await takeLeases(db, 'one', { most: 5 });
    if (!one || !other) throw new Error('no lease');
    await releaseLease(db, one.lease);
    expect(await renewLeases(db, [one.lease, other.lease])).toEqual(new Set([other.lease.exportId]));
    expect(await takeLeases(db, 'one', { most: 5, hasShare: true })).toEqual([]);
    const [taken] = await takeLeases(db, 'other', { most: 5 });
    expect(taken?.lease).toMatchObject({ exportId: one.lease.exportId, holder: 'other' });
    // Whoever gives back what is another's by now gives back nothing.
    await releaseLease(db, one.lease);
    expect(await renewLeases(db, taken ? [taken.lease] : [])).toEqual(new Set([one.lease.exportId]));
  });

  test.each<[string, (db: Db, lease: Lease | undefined) => Promise<unknown>]>([
    ['has run out', (db) => db.query('UPDATE export_cursors SET lease_until = clock_timestamp()')],
    ['was given back', async (db, lease) => lease && releaseLease(db, lease)],
    ['was given back by a process that stops', (db) => releaseLeases(db, 'one')],
    ['ended with a change', (db) => updateExport(db, 'e', { concurrency: 2 }, mebibyte)],
    [
      'nobody had yet',
      async (db) => {
        await db.query('UPDATE export_cursors SET holder = NULL, lease_until = NULL');
        await db.query('UPDATE exports SET created_at = clock_timestamp()');
      },
    ],
  ])('that %s is for anybody, a little later where its share is held already', async (_, end) => {
    const { db } = await open();
    const take = () => takeLeases(db, 'other', { most: 1, hasShare: true });
    const [held] = await takeLeases(db, 'one', { most: 1 });
    const beganAt = performance.now();
    await end(db, held?.lease);
    const early = await take();
    // A machine that stood still for as long as it is left to others proves nothing.
    if (performance.now() - beganAt < 900) expect(early).toEqual([]);
    await db.query(`UPDATE export_cursors SET lease_until = lease_until - interval '1.1 seconds'`);
    await db.query(`UPDATE exports SET created_at = created_at - interval '1.1 seconds'`);
    expect([...early, ...(await take())]).toHaveLength(1);
  });

  test('is one of a share: so many for each process that lives, those that need no holder apart', async () => {
    const { db } = await open({ a: {}, b: {}, c: {}, paused: {}, pulled: {} });
    await db.query(`UPDATE exports SET paused = true WHERE id = 'paused'`);
    await db.query(`UPDATE exports SET target = '{"pull":{}}' WHERE id = 'pulled'`);
    // Even one that is not on the list has a share: its report may fail.
    expect(await findShare(db, 'p1')).toBe(3);
    const add = `INSERT INTO processes (id, kind, version, place, ready, seen_at) VALUES ($1, $2, '1', 'here', true, $3)`;
    const minute = 60_000;
    await db.query(add, ['p1', 'export', new Date(Date.now() - minute)]);
    await db.query(add, ['p2', 'export', new Date()]);
    await db.query(add, ['dead', 'export', new Date(Date.now() - minute)]);
    await db.query(add, ['mqtt', 'mqtt', new Date()]);
    expect(await findShare(db, 'p1')).toBe(2);
    // It was silent for a minute, and has said by asking that it lives.
    expect(await findShare(db, 'p3')).toBe(1);
  });

  test('is lost by a change of what its holder works by, and by no other', async () => {
    const { db } = await open();
    const [leased] = await takeLeases(db, 'h', { most: 1 });
    const stillHeld = async () => leased && (await renewLeases(db, [leased.lease])).has('e');
    const settings = { batch: {}, concurrency: 1, retry: {}, target: { webhook: {} }, paused: false };
    for (const fields of [{}, { name: 'n', labels: { a: 'b' } }, { mqttTopicFilter: 'a' }, settings]) {
      await updateExport(db, 'e', fields, mebibyte);
      expect(await stillHeld(), JSON.stringify(fields)).toBe(true);
    }
    await updateExport(db, 'e', { ...settings, concurrency: 2 }, mebibyte);
    expect(await stillHeld()).toBe(false);
  });

  test('that a pause has ended reads nothing of what is recorded afterwards', async () => {
    const { db } = await open();
    const [leased] = await takeLeases(db, 'h', { most: 1 });
    const read = async () => (await readChunks(db, 'e', 0, mebibyte, leased?.lease)).length;
    await appendChunks(db, [chunkOf('e', ['before'])]);
    expect(await read()).toBe(1);
    await updateExport(db, 'e', { paused: true }, mebibyte);
    await appendChunks(db, [chunkOf('e', ['while paused'])]);
    expect(await read()).toBe(0);
    expect(await readAll(db)).toEqual(['before', 'while paused']);
  });

  test('is taken by what is set then, though it was changed while free exports were looked for', async () => {
    const { db } = await open({ e: {}, other: {} });
    await db.query(`UPDATE exports SET created_at = created_at - interval '1 hour'`);
    const [looking, gate] = [await db.connect(), await db.connect()];
    onTestFinished(() => {
      looking.release(true);
      gate.release(true);
    });
    // A clock that stands at the gate: the statement has begun by then, and has locked nothing.
    await db.query(`CREATE SCHEMA gated`);
    await db.query(`
      CREATE FUNCTION gated.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
      'SELECT pg_advisory_lock_shared(1); SELECT pg_advisory_unlock_shared(1); SELECT pg_catalog.clock_timestamp()'`);
    await looking.query('SET search_path = gated, pg_catalog, public');
    await gate.query('SELECT pg_advisory_lock(1)');
    const taking = takeLeases(looking as Sql, 'h', { most: 5, hasShare: true });
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`;
    await expect.poll(async () => (await db.query(waiting)).rowCount).toBe(1);
    await updateExport(db, 'e', { paused: true }, 10 * mebibyte);
    await updateExport(db, 'other', { concurrency: 7 }, 10 * mebibyte);
    await db.query(`UPDATE export_cursors SET lease_until = now() - interval '1 hour', holder = 'before'`);
    await gate.query('SELECT pg_advisory_unlock(1)');
    const taken = await taking;
    expect(taken.map(({ lease, concurrency }) => [lease.exportId, concurrency])).toEqual([['other', 7]]);
  });

  test('is not needed while an export is paused, or asked by its receiver', async () => {
    const { db } = await open({ paused: {}, pulled: {} });
    await db.query(`UPDATE exports SET paused = true WHERE id = 'paused'`);
    await db.query(`UPDATE exports SET target = '{"pull":{}}' WHERE id = 'pulled'`);
    expect(await takeLeases(db, 'one', { most: 5 })).toEqual([]);
  });
});

test('what is written of an export while it is deleted is dropped, and is no error', async () => {
  const { db } = await open();
  const [taken] = await takeLeases(db, 'holder', { most: 1 });
  if (!taken) throw new Error('no lease');
  const deleting = await db.connect();
  onTestFinished(() => deleting.release());
  await deleting.query('BEGIN');
  await deleting.query(`DELETE FROM exports WHERE id = 'e'`);
  const attempt = { at: new Date(), firstPosition: 0, lastPosition: 0, outcome: 'done', status: 200 };
  const attempts = writeAttempts(db, 'e', [{ ...attempt, milliseconds: 1, error: null, answer: '' }]);
  const letter = new DeadLetters(db, taken.lease).add(letterOf('x'));
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await expect.poll(async () => (await db.query(waiting)).rowCount).toBe(2);
  await deleting.query('COMMIT');
  expect(await Promise.all([attempts, letter])).toEqual([undefined, 'lost']);
  for (const table of ['export_attempts', 'export_dead_letters'])
    expect((await db.query(`SELECT FROM ${table}`)).rowCount).toBe(0);
});

describe('dead letters', () => {
  /** `sums`: how often all of them were read to know what they take. */
  async function hold(mostBytes: number) {
    const { db } = await open();
    const [leased] = await takeLeases(db, 'h', { most: 1 });
    if (!leased) throw new Error('there is no lease');
    const counts = { sums: 0 };
    const counting: Sql = {
      query<Row>(statement: Statement) {
        if (statement.text.includes('sum(')) counts.sums += 1;
        return (db as Sql).query<Row>(statement);
      },
    };
    return { db, counts, letters: new DeadLetters(counting, leased.lease, mostBytes) };
  }

  test('beyond what an export may have are not written, until some are removed', async () => {
    const { db, letters } = await hold(100);
    expect(await letters.add(letterOf('1', 60))).toBe('written');
    expect(await letters.add(letterOf('2', 60))).toBe('written');
    expect(await letters.add(letterOf('3', 60))).toBe('full');
    await db.query(`DELETE FROM export_dead_letters WHERE id = '1'`);
    expect(await letters.add(letterOf('3', 60))).toBe('written');
    expect(await letters.add(letterOf('4', 60))).toBe('full');
    const { rows } = await db.query('SELECT id FROM export_dead_letters ORDER BY id');
    expect(rows).toEqual([{ id: '2' }, { id: '3' }]);
  });

  test('from before the lease count', async () => {
    const { db, letters } = await hold(100);
    await db.query(
      `INSERT INTO export_dead_letters (export_id, id, position, attempts, reason, frame)
       VALUES ('e', '0', 0, 1, 'r', $1)`,
      [Buffer.alloc(100)],
    );
    expect(await letters.add(letterOf('1'))).toBe('full');
  });

  test('go after what waits in their order, many or few; those that come meanwhile stay', async () => {
    const { db, cursor } = await open();
    await appendChunks(db, [chunkOf('e', ['waits'])]);
    const frames = Array.from({ length: 2500 }, (_, n) => chunkOf('e', [String(n)]).data);
    await db.query(
      `INSERT INTO export_dead_letters (export_id, id, position, attempts, reason, frame)
       SELECT 'e', to_char(n, 'FM0000'), 0, 1, 'r', frame FROM unnest($1::bytea[]) WITH ORDINALITY AS given(frame, n)`,
      [frames],
    );
    await db.query(`UPDATE export_dead_letters SET at = now() + interval '1 hour' WHERE id = '2500'`);
    expect(await redeliverDeadLetters(db, 'e', ['0002', '0001', 'none'])).toBe(2);
    expect(await redeliverDeadLetters(db, 'e', undefined)).toBe(2497);
    expect(await readAll(db)).toEqual(['waits', ...Array.from({ length: 2499 }, (_, n) => String(n))]);
    expect((await cursor()).head).toBe(2500);
    expect((await db.query('SELECT id FROM export_dead_letters')).rows).toEqual([{ id: '2500' }]);
    await db.query(`DELETE FROM exports WHERE id = 'e'`);
    expect(await redeliverDeadLetters(db, 'e', undefined)).toBe(0);
  });

  test('are put there one commit after the other: who records for the export waits for none of the others', async () => {
    const { db } = await open();
    const letters = ['1', '2', '3'].map(
      (id) => `('e', '${id}', 0, 1, 'r', decode(repeat('61', 600000), 'hex'))`,
    );
    await db.query(
      `INSERT INTO export_dead_letters (export_id, id, position, attempts, reason, frame) VALUES ${letters.join()}`,
    );
    expect(await redeliverDeadLetters(db, 'e', undefined)).toBe(3);
    // The lock of the head ends with the transaction: each chunk has one of its own.
    const { rows } = await db.query(
      'SELECT count(DISTINCT xmin::text)::int AS transactions FROM export_chunks',
    );
    expect(rows).toEqual([{ transactions: 3 }]);
  });

  test('are read through once for many of them', async () => {
    const { counts, letters } = await hold(1000);
    for (let n = 0; n < 10; n += 1) await letters.add(letterOf(String(n)));
    expect(counts.sums).toBe(1);
  });
});

test('the cursor never goes back, and dead letters are not counted as delivered', async () => {
  const { db, cursor } = await open();
  await appendChunks(db, [chunkOf('e', ['a', 'b', 'c'])]);
  const [leased] = await takeLeases(db, 'h', { most: 1 });
  await deliver(db, leased?.lease, 3, 1);
  await deliver(db, leased?.lease, 2);
  expect(await cursor()).toMatchObject({ position: 3, delivered: 2 });
});

test('what is delivered stays for a replay, and goes after its time', async () => {
  const { db, cursor } = await open({ e: { replayWindow: '60s' } });
  await appendChunks(db, [chunkOf('e', ['a'])]);
  const [leased] = await takeLeases(db, 'h', { most: 1 });
  await deliver(db, leased?.lease, 1);
  expect(await findUntrimmed(db)).toEqual([]);
  await db.query(`UPDATE export_chunks SET at = at - interval '2 minutes'`);
  expect(await findUntrimmed(db)).toEqual([{ exportId: 'e', ownerId: 'r' }]);
  expect(await trimLog(db, 'e')).toMatchObject({ discarded: 0 });
  expect(await cursor()).toMatchObject({ size: 0, discarded: 0, position: 1 });
});

test('a time is found by when messages were received, not by when they were committed', async () => {
  const { db } = await open();
  // The database was away: what came at 10 and 20 was committed long after; and its clock is another.
  for (const [payloads, receivedAtMs] of [
    [['a', 'b'], 10],
    [['c'], 20],
    [['d', 'e'], 30],
  ] as const)
    await appendChunks(db, [chunkOf('e', payloads, receivedAtMs)]);
  const mixed = Buffer.concat([chunkOf('e', ['f'], 40).data, chunkOf('e', ['g'], 50).data]);
  await appendChunks(db, [{ exportId: 'e', messages: 2, data: mixed }]);
  const at = (ms: number) => findPositionAt(db, 'e', new Date(ms), 7n);
  expect(await Promise.all([0, 10, 11, 20, 21, 30, 40, 41, 50, 51].map(at))).toEqual([
    ...[0n, 0n, 2n, 2n, 3n, 3n, 5n, 6n, 6n, 7n],
  ]);
  expect(await findPositionAt(db, 'empty', new Date(0), 0n)).toBe(0n);
});

test('the log of an export that is gone is removed, and no other', async () => {
  const { db } = await open({ e: {}, other: {} });
  await appendChunks(db, [chunkOf('e', ['a']), chunkOf('other', ['b'])]);
  await db.query(`DELETE FROM exports WHERE id = 'e'`);
  expect(await removeOrphans(db)).toBe(1);
  expect(await readAll(db, 'other')).toEqual(['b']);
});

test('the log of an export that is gone is there until it is removed', async () => {
  const { db } = await open();
  expect(await hasExportLogs(db)).toBe(false);
  await appendChunks(db, [chunkOf('e', ['a'])]);
  await db.query(`DELETE FROM exports WHERE id = 'e'`);
  expect(await hasExportLogs(db)).toBe(true);
  await removeOrphans(db);
  expect(await hasExportLogs(db)).toBe(false);
});

describe('a long log that is kept for a replay', () => {
  interface Plan {
    readonly 'Actual Rows': number;
    readonly 'Actual Loops': number;
    readonly 'Rows Removed by Filter'?: number;
    readonly Plans?: readonly Plan[];
  }

  /** Rows that a plan looked at, in all its nodes. */
  function rowsOf(plan: Plan): number {
    const own = (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'];
    return (plan.Plans ?? []).reduce((sum, one) => sum + rowsOf(one), own);
  }

  test.each<[string, (db: Sql) => Promise<unknown>]>([
    ['for its state', (db) => findExportProgress(db, 'e')],
    ['for the metrics', findExportFigures],
    ['to find logs of exports that are gone', removeOrphans],
  ])('is not read through %s', async (_, ask) => {
    const { db } = await open();
    await db.query(
      `INSERT INTO export_chunks (export_id, position, messages, data) SELECT 'e', n, 1, '' FROM generate_series(0, 1999) AS n`,
    );
    await db.query(`UPDATE export_heads SET head = 2000`);
    await db.query(`UPDATE export_cursors SET position = 1990`);
    await db.query('ANALYZE export_chunks');
    const client = await db.connect();
    onTestFinished(() => client.release(true));
    await client.query('SET enable_seqscan = off; SET enable_bitmapscan = off');
    let looked = 0;
    await ask({
      async query({ text, values }) {
        const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
        looked += rowsOf(rows[0]['QUERY PLAN'][0].Plan);
        return { rows: [], rowCount: 0 };
      },
    });
    expect(looked).toBeGreaterThan(0);
    expect(looked).toBeLessThan(200);
  });

  test('says since when its first waiting message waits, also within a chunk', async () => {
    const { db } = await open();
    await appendChunks(db, [chunkOf('e', ['a', 'b'])]);
    await appendChunks(db, [chunkOf('e', ['c'])]);
    const { rows } = await db.query<{ at: Date }>('SELECT at FROM export_chunks ORDER BY position');
    for (const [position, chunk] of [
      [0, 0],
      [1, 0],
      [2, 1],
      [3, undefined],
    ] as const) {
      await db.query('UPDATE export_cursors SET position = $1', [position]);
      const waiting = (await findExportProgress(db, 'e'))?.oldestWaitingAt ?? undefined;
      expect(waiting).toEqual(chunk === undefined ? undefined : rows[chunk]?.at);
    }
  });
});
