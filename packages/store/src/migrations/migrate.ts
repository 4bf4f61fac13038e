/**
 * Brings a database to the schema of this version. The files are Prisma's own and are recorded as Prisma records them,
 * so its tools agree; they are applied here because its engine is not in the npm registry, and its WebAssembly build cuts
 * scripts at every semicolon, also inside functions.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { StartupError } from '@iotcore/process';
import type { ClientBase } from 'pg';
import { Connection, connectionConfig } from '../database/connections.ts';
import type { Log } from '../log.ts';
import { type Migration, readMigrations } from './migration-files.ts';
import { describeRelease, requireRelease } from './release.ts';

/** The database was migrated with another text of a file than this version has: one of them was edited afterwards. */
export class MigrationMismatchError extends StartupError {
  override readonly name = 'MigrationMismatchError';
}

/** Any number, the same in every version: processes that start together wait here for the first of them. */
const advisoryLockKey = 5_220_361_198;
/** Between two looks whether the first of them is done. */
const lookAgainMs = 100;
/** A migration that cannot get a table within this long would hold up all that wait for it. */
const lockTimeout = '5s';

/** Prisma's own definition. */
const recordTable = `
  CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                  VARCHAR(36) PRIMARY KEY NOT NULL,
    "checksum"            VARCHAR(64) NOT NULL,
    "finished_at"         TIMESTAMPTZ,
    "migration_name"      VARCHAR(255) NOT NULL,
    "logs"                TEXT,
    "rolled_back_at"      TIMESTAMPTZ,
    "started_at"          TIMESTAMPTZ NOT NULL DEFAULT now(),
    "applied_steps_count" INTEGER NOT NULL DEFAULT 0
  )`;

/**
 * Applies every migration that the database lacks, each in a transaction of its own together with its record: it is
 * there whole or not at all. One that builds an index beside those who write has no transaction, and can be repeated. Migrations of a newer release are left alone if it says that this one may run beside it. With
 * `last` it goes no further than the migration of that name.
 *
 * @throws DatabaseUnavailableError, MigrationMismatchError, NewerSchemaError, or the error of a migration that failed; before
 * anything is written but for the last
 */
export async function migrate(url: string, logger: Log, last?: string): Promise<void> {
  const all = await readMigrations();
  const migrations = all.filter(({ name }) => last === undefined || name <= last);
  const client = new Connection({
    ...connectionConfig(url, 'iotcore migrate'),
    statement_timeout: false,
    query_timeout: 0,
    lock_timeout: 0,
  });
  client.on('error', (error) => logger.warn({ err: error }, 'lost the database connection while migrating'));
  await client.connect();
  try {
    await takeAdvisoryLock(client);
    const applied = await readApplied(client);
    requireRelease([...applied.values()].filter(({ name }) => all.every((known) => known.name !== name)));
    const missing = migrations.filter((migration) => !isApplied(migration, applied));
    if (missing.length > 0) await client.query(recordTable);
    for (const migration of missing) await apply(client, migration, logger);
  } finally {
    await client.end();
  }
}

/**
 * Asks again and again instead of waiting in Postgres: the build of an index waits for every statement that runs, also for one that
 * waits for this lock, and so for itself.
 */
async function takeAdvisoryLock(client: ClientBase): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
      advisoryLockKey,
    ]);
    if (rows[0]?.taken) return;
    await wait(lookAgainMs);
  }
}

interface Applied {
  readonly name: string;
  readonly checksum: string;
  /** What `describeRelease` of the release that applied it said. */
  readonly logs: string | null;
}

async function readApplied(client: ClientBase): Promise<Map<string, Applied>> {
  const { rows: tables } = await client.query<{ found: string | null }>(
    `SELECT to_regclass('_prisma_migrations') AS found`,
  );
  if (tables[0]?.found === null) return new Map();
  const { rows } = await client.query<Applied>(
    `SELECT migration_name AS name, checksum, logs FROM "_prisma_migrations"
     WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
  );
  return new Map(rows.map((row) => [row.name, row]));
}

function isApplied(migration: Migration, applied: ReadonlyMap<string, Applied>): boolean {
  const found = applied.get(migration.name);
  if (found !== undefined && found.checksum !== migration.checksum) {
    throw new MigrationMismatchError(
      `the database was migrated with another version of ${migration.name}; a migration must not be edited once applied`,
    );
  }
  return found !== undefined;
}

async function apply(client: ClientBase, migration: Migration, logger: Log): Promise<void> {
  const startedAt = performance.now();
  if (migration.inTransaction) await applyInTransaction(client, migration);
  else await applyByStatement(client, migration);
  const tookMs = Math.round(performance.now() - startedAt);
  logger.info({ migration: migration.name, tookMs }, 'applied a migration');
}

async function applyInTransaction(client: ClientBase, migration: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL lock_timeout = '${lockTimeout}'`);
    await client.query(migration.sql);
    await record(client, migration);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/**
 * Postgres takes several statements that come together for a transaction, so each comes alone; such a file has no functions, and
 * semicolons only at its statements' ends. It may wait for a lock as long as it takes: nobody waits behind it.
 */
async function applyByStatement(client: ClientBase, migration: Migration): Promise<void> {
  for (const statement of migration.sql.split(/;$/m)) await client.query(statement);
  await record(client, migration);
}

async function record(client: ClientBase, { checksum, name }: Migration): Promise<void> {
  await client.query(
    `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count, logs)
     VALUES ($1, $2, $3, now(), clock_timestamp(), 1, $4)`,
    [randomUUID(), checksum, name, describeRelease()],
  );
}
