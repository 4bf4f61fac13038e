import type { ClientBase } from 'pg';
import type { Log } from '../log.ts';
import { migrate } from '../migrations/migrate.ts';
import { type ArchiveHeader, type PartName, readArchiveText } from './archive-text.ts';
import type { CheckedBackup } from './check-backup.ts';
import { changes, inOneTransaction, snapshot } from './connection.ts';
import { DamagedArchiveError, RestoreRefusedError } from './errors.ts';
import { hasMigrations, quoted, readTables, type Table } from './tables.ts';

/** What one INSERT takes: enough to make round trips cheap, little enough to stay small in memory. */
const maxRowsTogether = 1000;
const maxCharactersTogether = 1024 * 1024;

export interface RestoreOptions {
  readonly logger: Log;
  /** Runs when every row is in, right before the commit; if it throws, nothing was changed. */
  beforeCommit(): Promise<void>;
}

/**
 * Fills an empty database from a checked archive, in one transaction: first brought to the archive's schema, at the end
 * to this version's.
 *
 * @throws RestoreRefusedError if the database is not empty, DamagedArchiveError, DatabaseUnavailableError
 */
export async function restoreBackup(
  url: string,
  { header }: Pick<CheckedBackup, 'header'>,
  source: AsyncIterable<Uint8Array>,
  { logger, beforeCommit }: RestoreOptions,
): Promise<void> {
  const last = header.migrations.at(-1)?.name;
  const isFresh = await inOneTransaction(url, snapshot, (client) => requireEmpty(client, header));
  if (isFresh) await migrate(url, logger, last);
  await inOneTransaction(url, changes, async (client) => {
    const tables = new Map((await readTables(client)).map((table) => [table.name, table]));
    // Who starts now waits, and finds what was restored.
    await client.query(`LOCK TABLE ${[...tables.keys()].map(quoted).join()} IN SHARE ROW EXCLUSIVE MODE`);
    await requireEmpty(client, header);
    await load(client, tables, source);
    for (const table of tables.values()) await finish(client, table);
    await beforeCommit();
  });
  await migrate(url, logger);
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

async function load(
  client: ClientBase,
  tables: ReadonlyMap<string, Table>,
  source: AsyncIterable<Uint8Array>,
): Promise<void> {
  let insert: string | undefined;
  let rows: string[] = [];
  let characters = 0;
  const flush = async () => {
    if (insert !== undefined && rows.length > 0) await client.query(insert, [`[${rows.join()}]`]);
    rows = [];
    characters = 0;
  };
  for await (const item of readArchiveText(source)) {
    if ('part' in item) {
      await flush();
      insert = insertStatement(tables, item.part);
    } else if ('row' in item && insert !== undefined) {
      rows.push(item.row);
      characters += item.row.length;
      if (rows.length >= maxRowsTogether || characters >= maxCharactersTogether) await flush();
    }
  }
  await flush();
}

/** Names come from the archive and types from the database: what is run holds nothing that the database does not have. */
function insertStatement(tables: ReadonlyMap<string, Table>, part: PartName): string | undefined {
  if ('file' in part) return undefined;
  const table = tables.get(part.table);
  if (!table) throw new DamagedArchiveError(`there is no table ${part.table} in its schema`);
  const types = new Map(table.columns.map(({ name, type }) => [name, type]));
  const values = part.columns.map((name, index) => {
    const type = types.get(name);
    if (type === undefined) throw new DamagedArchiveError(`table ${part.table} has no column ${name}`);
    return `(r ->> ${index})::${type}`;
  });
  return `INSERT INTO ${quoted(table.name)} (${part.columns.map(quoted).join()})
          SELECT ${values.join()} FROM json_array_elements($1::json) r`;
}

/** Counters go on behind the highest number, and the planner knows what is there. */
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
