import { startPostgres, testDatabase } from '@iotcore/testkit';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { DatabaseUnavailableError } from '../database/errors.ts';
import { openPrisma, type PrismaDatabase } from '../database/open-prisma.ts';
import { prepareDatabase } from '../database/prepare-database.ts';
import { MigrationMismatchError, migrate } from './migrate.ts';
import { readMigrations } from './migration-files.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

let url: string;
let pool: PrismaDatabase['pool'];
beforeEach(async () => {
  url = await testDatabase();
  const database = openPrisma(url, { logger: quiet });
  onTestFinished(() => database.close());
  pool = database.pool;
});

/** As before the first start. */
async function empty(): Promise<void> {
  await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
}

const recorded = async () =>
  (await pool.query('SELECT migration_name AS name, checksum FROM _prisma_migrations ORDER BY 1')).rows;

test('several processes that migrate an empty database at once apply each migration once', async () => {
  await empty();
  await Promise.all(Array.from({ length: 5 }, () => migrate(url, quiet)));
  const files = await readMigrations();
  expect(await recorded()).toEqual(files.map(({ name, checksum }) => ({ name, checksum })));
});

test('a migration that was edited after it was applied is refused', async () => {
  await pool.query(`UPDATE _prisma_migrations SET checksum = repeat('0', 64)`);
  await expect(migrate(url, quiet)).rejects.toThrow(MigrationMismatchError);
});

test('a migration that fails leaves nothing behind, no record either', async () => {
  await empty();
  // The last thing that the first migration makes: what it made before must be gone too.
  await pool.query(`CREATE FUNCTION record_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'`);
  await expect(migrate(url, quiet)).rejects.toThrow(/record_change/);
  expect(await recorded()).toEqual([]);
  const { rows } = await pool.query(`SELECT to_regclass('registries') AS found`);
  expect(rows).toEqual([{ found: null }]);
  await pool.query('DROP FUNCTION record_change');
  await migrate(url, quiet);
  expect(await recorded()).not.toEqual([]);
});

test('migrations of a newer version are left alone', async () => {
  await pool.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'y', '99990101000000_new', now())`,
  );
  await migrate(url, quiet);
  expect((await recorded()).at(-1)).toMatchObject({ name: '99990101000000_new' });
});

describe('while the database is away', () => {
  test('migrating fails with DatabaseUnavailableError', async () => {
    await expect(migrate('postgresql://postgres@127.0.0.1:1/x', quiet)).rejects.toThrow(
      DatabaseUnavailableError,
    );
  });

  test('preparing waits, says so once, and goes on when it is back', async () => {
    const postgres = await startPostgres();
    await postgres.stop();
    const said: string[] = [];
    const waiting = Promise.withResolvers<void>();
    const logger = {
      ...quiet,
      info: (_fields: object, message: string) => said.push(message),
      warn: (_fields: object, message: string) => {
        said.push(message);
        waiting.resolve();
      },
    };
    const prepared = prepareDatabase(postgres.url('postgres'), logger, new AbortController().signal);
    await waiting.promise;
    await postgres.start();
    await prepared;
    expect(said.filter((message) => message === 'waiting for the database')).toHaveLength(1);
    expect(said).toContain('the database is back');
  });

  test('preparing is given up when asked to', async () => {
    const stop = new AbortController();
    const logger = { ...quiet, warn: () => stop.abort() };
    const prepared = prepareDatabase('postgresql://postgres@127.0.0.1:1/x', logger, stop.signal);
    await expect(prepared).rejects.toThrow(/abort/);
  });
});

describe('the schema', () => {
  const owners = ['registry_id', 'device_id', 'broker_id'];
  test.each(['passwords', 'certificates'])('has no %s without exactly one owner', async (table) => {
    await pool.query(`INSERT INTO registries (id, folder_id) VALUES ('r', 'f')`);
    await pool.query(`INSERT INTO brokers (id, folder_id) VALUES ('b', 'f')`);
    const columns = table === 'passwords' ? 'id, hash' : 'sha256, fingerprint, pem, not_before, not_after';
    const values = table === 'passwords' ? `'p', 'h'` : `'\\x01', 'f', 'p', now(), now()`;
    const insert = (...ids: (string | null)[]) =>
      pool.query(
        `INSERT INTO ${table} (${columns}, ${owners.join(', ')}) VALUES (${values}, $1, $2, $3)`,
        ids,
      );
    await expect(insert(null, null, null)).rejects.toThrow(/one_owner/);
    await expect(insert('r', null, 'b')).rejects.toThrow(/one_owner/);
    await insert('r', null, null);
  });

  test('orders and searches IDs, aliases and topics as bytes', async () => {
    const { rows } = await pool.query(
      `SELECT DISTINCT table_name || '.' || column_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'
         AND (column_name IN ('id', 'alias', 'topic') OR column_name LIKE '%\\_id')`,
    );
    expect(rows).toEqual([]);
  });
});
