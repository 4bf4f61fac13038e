import { DatabaseUnavailableError, openDatabase } from '@iotcore/store';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../deadline.ts';
import { quiet } from './quiet.ts';
import { testDatabase } from './shared.ts';
import { startPostgres } from './test-postgres.ts';

function open(url: string) {
  const database = openDatabase(url, { logger: quiet });
  onTestFinished(() => database.close());
  return database;
}

describe('a database of the test run', () => {
  test('is migrated, empty and apart from the others', async () => {
    const [one, other] = await Promise.all([testDatabase(), testDatabase()]);
    expect(one).not.toBe(other);
    await open(one).pool.query(`INSERT INTO registries (id, folder_id) VALUES ('a', 'f')`);
    const registries = async (url: string) => (await open(url).pool.query('SELECT FROM registries')).rowCount;
    expect(await registries(one)).toBe(1);
    expect(await registries(other)).toBe(0);
  });
});

test('no database of the tests waits for the disk', async () => {
  const { rows } = await open(await testDatabase()).pool.query('SHOW fsync');
  expect(rows).toEqual([{ fsync: 'off' }]);
});

describe('a Postgres of its own', () => {
  test('goes away, and comes back at the same address with what it held', async () => {
    const postgres = await startPostgres();
    const { pool } = open(postgres.url('postgres'));
    await pool.query('CREATE TABLE kept (n int)');
    await postgres.stop();
    await expect(pool.query('SELECT * FROM kept')).rejects.toThrow(DatabaseUnavailableError);
    await postgres.start();
    const { rowCount } = await eventually('the table', () => pool.query('SELECT * FROM kept'));
    expect(rowCount).toBe(0);
  });
});
