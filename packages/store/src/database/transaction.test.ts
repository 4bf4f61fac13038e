import { testDatabase } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { DatabaseUnavailableError } from './errors.ts';
import { openDatabase } from './open-database.ts';
import type { Sql } from './sql.ts';
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
