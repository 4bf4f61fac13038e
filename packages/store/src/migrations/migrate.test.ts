import { startPostgres, testDatabase } from '@iotcore/testkit';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { DatabaseUnavailableError } from '../database/errors.ts';
import { openPrisma, type PrismaDatabase } from '../database/open-prisma.ts';
import { prepareDatabase } from '../database/prepare-database.ts';
import { MigrationMismatchError, migrate } from './migrate.ts';
import { readMigrations } from './migration-files.ts';
import { NewerSchemaError } from './release.ts';

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

describe('an index', () => {
  /** The last migration before those that build one beside the writers. */
  const before = '20261126081000_processes';
  const log = `INSERT INTO connection_log (resource_id, level, message) VALUES ('r', 'WARN', '')`;

  test('is built while others write', async () => {
    await empty();
    await migrate(url, quiet, before);
    const writer = await pool.connect();
    await writer.query(`BEGIN; ${log}`);
    const migrated = migrate(url, quiet);
    const waiting = `SELECT query FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%connection_log%'`;
    await expect.poll(async () => (await pool.query(waiting)).rows.length, { timeout: 20_000 }).toBe(1);
    await pool.query(log);
    await writer.query('COMMIT');
    writer.release();
    await migrated;
    expect((await recorded()).length).toBe((await readMigrations()).length);
  });

  test('that was left unfinished is built anew', async () => {
    await empty();
    await migrate(url, quiet, before);
    const name = 'connection_log_folder_id_id_warnings_idx';
    await pool.query(`CREATE INDEX ${name} ON connection_log (message)`);
    await migrate(url, quiet);
    const { rows } = await pool.query(
      `SELECT indisvalid AS valid, pg_get_indexdef(indexrelid) AS definition FROM pg_index WHERE indexrelid = $1::regclass`,
      [name],
    );
    expect(rows).toEqual([{ valid: true, definition: expect.stringContaining('(folder_id, id) WHERE') }]);
  });
});

describe('a migration of a newer release', () => {
  const insertNewer = (logs: string | null) =>
    pool.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, logs)
       VALUES ('x', 'y', '99990101000000_new', now(), $1)`,
      [logs],
    );

  test.each([
    ['that says nothing of this one', null],
    ['that says something else', '{"release":1}'],
    ['that only a newer one may run beside', '{"release":"99.1.0","oldestBeside":"99.0.0"}'],
  ])('%s is refused, and nothing is touched', async (_, logs) => {
    await empty();
    await migrate(url, quiet, '20261122150000_init');
    await insertNewer(logs);
    await expect(migrate(url, quiet)).rejects.toThrow(NewerSchemaError);
    expect((await recorded()).map(({ name }) => name)).toEqual(['20261122150000_init', '99990101000000_new']);
  });

  test('that this one may run beside is left alone', async () => {
    await insertNewer('{"release":"0.1.1","oldestBeside":"0.1.0"}');
    await migrate(url, quiet);
    expect((await recorded()).at(-1)).toMatchObject({ name: '99990101000000_new' });
  });

  test('may be one of this release: two commits of it run beside each other', async () => {
    const { rows } = await pool.query('SELECT DISTINCT logs FROM _prisma_migrations');
    await insertNewer(rows[0].logs);
    await migrate(url, quiet);
    expect(rows).toHaveLength(1);
  });
});

describe('a database that cannot be used', () => {
  const prepare = (to: string) => prepareDatabase(to, quiet, AbortSignal.timeout(60_000));

  test('because it does not exist is named, and ends the start', async () => {
    const missing = new URL(url);
    missing.pathname = '/nowhere';
    await expect(prepare(missing.href)).rejects.toThrow(/^DATABASE_URL: .*no database "nowhere"/);
  });

  test('because the user may not make tables says which right is missing', async () => {
    await empty();
    await pool.query(`CREATE ROLE iotcore_reader LOGIN PASSWORD 'reader'`);
    onTestFinished(() => pool.query('DROP ROLE iotcore_reader').then(() => undefined));
    const reading = new URL(url);
    reading.username = 'iotcore_reader';
    reading.password = 'reader';
    await expect(prepare(reading.href)).rejects.toThrow(/^DATABASE_URL: .*"iotcore_reader".*GRANT/s);
  });

  test('because the password is wrong names the user, not the password', async () => {
    const wrong = new URL(url);
    wrong.password = 'not-the-one';
    const refusal = prepare(wrong.href);
    await expect(refusal).rejects.toThrow(/^DATABASE_URL: .*password/);
    await expect(refusal).rejects.not.toThrow(/not-the-one/);
  });
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
