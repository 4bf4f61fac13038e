import type { ClientBase } from 'pg';
import { findIdConflicts, type IdConflict } from '../database/id-conflicts.ts';
import type { Log } from '../log.ts';
import { migrate } from '../migrations/migrate.ts';
import { type ArchiveHeader, readArchiveText } from './archive-text.ts';
import type { CheckedBackup } from './check-backup.ts';
import { changes, inOneTransaction, snapshot } from './connection.ts';
import { RestoreRefusedError } from './errors.ts';
import { loadRows } from './load-rows.ts';
import { hasMigrations, quoted, readTables, type Table } from './tables.ts';

export interface RestoreOptions {
  readonly logger: Log;
  /** Runs when every row is in, right before the commit; if it throws, nothing was changed. */
  beforeCommit(): Promise<void>;
}

/**
 * Fills an empty database from a checked archive, in one transaction: first brought to the archive's schema, at the end
 * to this version's. Answers which IDs several resources had already where it was made.
 *
 * @throws RestoreRefusedError if the database is not empty, or the archive gives one ID to two resources; DamagedArchiveError,
 * DatabaseUnavailableError
 */
export async function restoreBackup(
  url: string,
  { header }: Pick<CheckedBackup, 'header'>,
  source: AsyncIterable<Uint8Array>,
  { logger, beforeCommit }: RestoreOptions,
): Promise<readonly IdConflict[]> {
  const last = header.migrations.at(-1)?.name;
  const isFresh = await inOneTransaction(url, snapshot, (client) => requireEmpty(client, header));
  if (isFresh) await migrate(url, logger, last);
  await inOneTransaction(url, changes, async (client) => {
    const tables = new Map((await readTables(client)).map((table) => [table.name, table]));
    // A process that starts now waits, and finds what was restored.
    await client.query(`LOCK TABLE ${[...tables.keys()].map(quoted).join()} IN SHARE ROW EXCLUSIVE MODE`);
    await requireEmpty(client, header);
    await loadRows(client, tables, readArchiveText(source));
    for (const table of tables.values()) await finish(client, table);
    await beforeCommit();
  });
  await migrate(url, logger);
  return inOneTransaction(url, snapshot, findIdConflicts);
}

/** Answers whether it has no tables at all yet. */
async function requireEmpty(client: ClientBase, { migrations }: ArchiveHeader): Promise<boolean> {
  const tables = await readTables(client);
  if (!(await hasMigrations(client))) {
    if (tables.length === 0) return true;
    throw new RestoreRefusedError(
      `the database has tables of something else (${tables[0]?.name}); restore into an empty one`,
    );
  }
  for (const { name } of tables) {
    const { rowCount } = await client.query(`SELECT FROM ${quoted(name)} LIMIT 1`);
    if (rowCount) throw notEmpty(name);
  }
  const applied = await client.query<{ name: string }>(
    `SELECT migration_name AS name FROM "_prisma_migrations" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
  );
  const archived = new Set(migrations.map(({ name }) => name));
  const isSame =
    applied.rows.length === archived.size && applied.rows.every(({ name }) => archived.has(name));
  if (!isSame)
    throw new RestoreRefusedError(
      'the tables of the database have another schema than the archive; restore into a database without tables',
    );
  return false;
}

function notEmpty(table: string): RestoreRefusedError {
  return new RestoreRefusedError(
    `this installation is not empty (${table} has rows); restore into an empty one: another IOT_DATA_DIR, or another DATABASE_URL`,
  );
}

/** Counters go on after the highest number, and the planner knows what is there. */
async function finish(client: ClientBase, { name, columns }: Table): Promise<void> {
  const table = quoted(name);
  for (const column of columns) {
    const { rows } = await client.query<{ sequence: string | null }>(
      'SELECT pg_get_serial_sequence($1, $2) AS sequence',
      [table, column.name],
    );
    const sequence = rows[0]?.sequence;
    if (!sequence) continue;
    const highest = `max(${quoted(column.name)})`;
    await client.query(`SELECT setval($1, ${highest}) FROM ${table} HAVING ${highest} IS NOT NULL`, [
      sequence,
    ]);
  }
  await client.query(`ANALYZE ${table}`);
}
