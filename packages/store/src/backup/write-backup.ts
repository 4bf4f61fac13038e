import { systemClock } from '@iotcore/process';
import type { ClientBase } from 'pg';
import {
  type ArchiveHeader,
  archiveFormat,
  archiveVersion,
  type Manifest,
  type Part,
  writeArchiveText,
} from './archive-text.ts';
import { inOneTransaction, snapshot } from './connection.ts';
import { NoInstallationError } from './errors.ts';
import {
  backlogTables,
  cursorsWithoutBacklog,
  hasMigrations,
  quoted,
  readTables,
  type Table,
} from './tables.ts';

/**
 * Rows fetched together: as many as hold some 2 MiB, going by those before. The largest row, a retained message of 256 KiB,
 * has 512 KiB in hexadecimal digits: even where a table turns from the smallest to these, no more than 50 MiB come at once.
 */
const charactersAtATime = 2 * 1024 * 1024;
const leastRowsAtATime = 4;
const mostRowsAtATime = 100;

export interface BackupFile {
  readonly name: string;
  readonly content: Uint8Array;
}

export interface BackupOptions {
  /** Leaves out the messages that exports keep: those that wait, those for a replay, and dead letters. */
  readonly withoutBacklog?: boolean;
}

/**
 * Archives a database as it is at one instant, while others go on writing, and the files beside it. `write` gets the
 * lines as they are read; memory does not grow with the database.
 *
 * @throws NoInstallationError, DatabaseUnavailableError, or what `write` throws
 */
export async function writeBackup(
  url: string,
  files: readonly BackupFile[],
  write: (lines: AsyncIterable<string>) => Promise<void>,
  options: BackupOptions = {},
): Promise<Manifest> {
  return inOneTransaction(url, snapshot, async (client) => {
    if (!(await hasMigrations(client))) throw new NoInstallationError();
    const tables = await readTables(client);
    // A migration that came between two tables would make them of two schemas.
    if (tables.length > 0)
      await client.query(`LOCK TABLE ${tables.map(({ name }) => quoted(name)).join()} IN ACCESS SHARE MODE`);
    const header: ArchiveHeader = {
      format: archiveFormat,
      version: archiveVersion,
      createdAt: systemClock.date().toISOString(),
      migrations: await readMigrationRecords(client),
    };
    let manifest: Manifest | undefined;
    await write(
      (async function* () {
        manifest = yield* writeArchiveText(header, parts(client, tables, files, options));
      })(),
    );
    if (!manifest) throw new TypeError('the lines of the archive were not read to their end');
    return manifest;
  });
}

async function readMigrationRecords(client: ClientBase): Promise<ArchiveHeader['migrations']> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    `SELECT migration_name AS name, checksum FROM "_prisma_migrations"
     WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`,
  );
  return rows;
}

async function* parts(
  client: ClientBase,
  tables: readonly Table[],
  files: readonly BackupFile[],
  options: BackupOptions,
): AsyncGenerator<Part> {
  for (const table of tables) {
    const columns = table.columns.map(({ name }) => name);
    yield { name: { table: table.name, columns }, rows: tableRows(client, table, options) };
  }
  for (const { name, content } of files) yield { name: { file: name }, rows: fileRows(content) };
}

/** Each value as Postgres itself writes and reads it, whatever its type: nothing is lost in translation. */
async function* tableRows(
  client: ClientBase,
  { name, columns }: Table,
  { withoutBacklog = false }: BackupOptions,
): AsyncGenerator<string[]> {
  if (withoutBacklog && backlogTables.has(name)) return;
  const replaced = withoutBacklog && name === 'export_cursors' ? cursorsWithoutBacklog : undefined;
  const values = columns.map((column) => `${replaced?.get(column.name) ?? quoted(column.name)}::text`).join();
  await client.query(
    `DECLARE archived NO SCROLL CURSOR FOR SELECT json_build_array(${values})::text FROM ${quoted(name)}`,
  );
  let count = leastRowsAtATime;
  for (;;) {
    const fetched = await client.query<[string]>({ text: `FETCH ${count} FROM archived`, rowMode: 'array' });
    if (fetched.rows.length === 0) break;
    const rows = fetched.rows.map(([row]) => row);
    yield rows;
    const average = rows.reduce((sum, row) => sum + row.length, 0) / rows.length;
    count = Math.max(leastRowsAtATime, Math.min(mostRowsAtATime, Math.floor(charactersAtATime / average)));
  }
  await client.query('CLOSE archived');
}

async function* fileRows(content: Uint8Array): AsyncGenerator<string[]> {
  yield [JSON.stringify([Buffer.from(content).toString('base64')])];
}
