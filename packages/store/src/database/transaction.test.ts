import { testDatabase } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { DatabaseUnavailableError } from './errors.ts';
import { openDatabase } from './open-database.ts';
import { prepare, type Sql } from './sql.ts';
import { transaction } from './transaction.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

async function open() {
  const { pool, close } = openDatabase(await testDatabase(), { logger: quiet, poolSize: 2 });
  onTestFinished(close);
  const insert = (db: Sql, id: string) =>
    db.query({ text: 'INSERT INTO registries (id, folder_id) VALUES ($1, $1)', values: [id] });
  const ids = async () =>
    (await pool.query<{ id: string }>('SELECT id FROM registries ORDER BY id')).rows.map(({ id }) => id);
  return { pool, insert, ids };
}

test('what is done in one is there as a whole, and seen by nobody before its end', async () => {
  const { pool, insert, ids } = await open();
  await transaction(pool, async (tx) => {
    await insert(tx, 'a');
    await insert(tx, 'b');
    expect(await ids()).toEqual([]);
  });
  expect(await ids()).toEqual(['a', 'b']);
});

test('what fails leaves nothing, and its connection is as good as before', async () => {
  const { pool, insert, ids } = await open();
  for (let n = 0; n < 5; n += 1) {
    const failing = transaction(pool, async (tx) => {
      await insert(tx, 'a');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
  }
  expect(await ids()).toEqual([]);
  expect(pool.totalCount).toBeLessThanOrEqual(2);
  await transaction(pool, (tx) => insert(tx, 'a'));
  expect(await ids()).toEqual(['a']);
});

test('one in which a failure was swallowed does not count as done', async () => {
  const { pool, insert, ids } = await open();
  const swallowing = transaction(pool, async (tx) => {
    await insert(tx, 'a');
    await insert(tx, 'a').catch(() => undefined);
  });
  await expect(swallowing).rejects.toThrow('ended in ROLLBACK');
  expect(await ids()).toEqual([]);
});

test('one whose connection is cut fails, and the next gets another', async () => {
  const { pool, insert, ids } = await open();
  const cut = transaction(pool, async (tx) => {
    await insert(tx, 'a');
    const { rows } = await tx.query<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid', values: [] });
    await pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
    await insert(tx, 'b');
  });
  await expect(cut).rejects.toThrow(DatabaseUnavailableError);
  await transaction(pool, (tx) => insert(tx, 'c'));
  expect(await ids()).toEqual(['c']);
});

const insertLater = prepare('insert-later', 'INSERT INTO registries (id, folder_id) VALUES ($1, $2)');
const insertLast = prepare(
  'insert-last',
  `WITH last AS (SELECT $1::text AS id, $2::text AS folder_id)
   INSERT INTO registries (id, folder_id) SELECT id, folder_id FROM last`,
);

test('what is deferred is there with the last statement, or not at all', async () => {
  const { pool, ids } = await open();
  await transaction(pool, async (tx) => {
    await tx.defer(insertLater('a', 'f'));
    await tx.finish(insertLast('b', 'f'));
  });
  expect(await ids()).toEqual(['a', 'b']);
  const failing = transaction(pool, async (tx) => {
    await tx.defer(insertLater('c', 'f'));
    await tx.finish(insertLast('a', 'f'));
  });
  await expect(failing).rejects.toThrow('duplicate key');
  expect(await ids()).toEqual(['a', 'b']);
});

test('what is deferred comes before the next statement, and is not lost where none follows', async () => {
  const { pool, insert, ids } = await open();
  await transaction(pool, async (tx) => {
    await tx.defer(insertLater('a', 'f'));
    const { rows } = await tx.query({ text: 'SELECT id FROM registries', values: [] });
    expect(rows).toEqual([{ id: 'a' }]);
    await tx.defer(insertLater('b', 'f'));
    await tx.defer(insertLater('c', 'f'));
  });
  expect(await ids()).toEqual(['a', 'b', 'c']);
  const failing = transaction(pool, async (tx) => {
    await tx.defer(insertLater('d', 'f'));
    await insert(tx, 'a');
  });
  await expect(failing).rejects.toThrow('duplicate key');
  expect(await ids()).toEqual(['a', 'b', 'c']);
});

test('one that never said anything needs no connection, and after its last statement none is taken', async () => {
  const { pool, insert, ids } = await open();
  await transaction(pool, async () => {});
  expect(pool.totalCount).toBe(0);
  const talking = transaction(pool, async (tx) => {
    await tx.finish(insertLast('a', 'f'));
    await insert(tx, 'b');
  });
  await expect(talking).rejects.toThrow('after the last one');
  expect(await ids()).toEqual(['a']);
});
