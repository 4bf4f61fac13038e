import type { ClientBase } from 'pg';
import type { ArchiveItem, PartName } from './archive-text.ts';
import { DamagedArchiveError, RestoreRefusedError } from './errors.ts';
import { quoted, type Table } from './tables.ts';

/** What one INSERT takes: enough to make round trips cheap, little enough to stay small in memory. */
const maxRowsTogether = 1000;
const maxCharactersTogether = 1024 * 1024;
/** IDs that a refusal names. */
const namedIds = 20;

type Part = Exclude<PartName, { readonly file: string }>;

/**
 * Inserts the rows of an archive within the transaction.
 *
 * @throws DamagedArchiveError for what Postgres does not take, RestoreRefusedError if two resources have one ID
 */
export async function loadRows(
  client: ClientBase,
  tables: ReadonlyMap<string, Table>,
  items: AsyncIterable<ArchiveItem>,
): Promise<void> {
  const begun = new Set<string>();
  let insert: Insert | undefined;
  for await (const item of items) {
    if ('part' in item) {
      await insert?.flush();
      insert = undefined;
      if ('file' in item.part) continue;
      const { table } = item.part;
      if (begun.has(table)) throw new DamagedArchiveError(`table ${table} is in it twice`);
      begun.add(table);
      insert = new Insert(client, item.part, statementFor(tables, item.part));
    } else if ('row' in item) await insert?.add(item.row);
  }
  await insert?.flush();
}

/** The rows of one table, some at a time. */
class Insert {
  readonly #client: ClientBase;
  readonly #part: Part;
  readonly #statement: string;
  #rows: string[] = [];
  #characters = 0;

  constructor(client: ClientBase, part: Part, statement: string) {
    this.#client = client;
    this.#part = part;
    this.#statement = statement;
  }

  async add(row: string): Promise<void> {
    this.#rows.push(row);
    this.#characters += row.length;
    if (this.#rows.length >= maxRowsTogether || this.#characters >= maxCharactersTogether) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#rows.length === 0) return;
    const rows = `[${this.#rows.join()}]`;
    await this.#client.query('SAVEPOINT batch');
    try {
      await this.#client.query(this.#statement, [rows]);
    } catch (error) {
      throw await this.#meaningOf(error, rows);
    }
    await this.#client.query('RELEASE SAVEPOINT batch');
    this.#rows = [];
    this.#characters = 0;
  }

  async #meaningOf(error: unknown, rows: string): Promise<unknown> {
    const {
      code = '',
      constraint,
      column,
    } = error as { code?: string; constraint?: string; column?: string };
    if (!aboutTheRows.test(code)) return error;
    const { table } = this.#part;
    if (constraint === 'resource_ids_pkey') {
      await this.#client.query('ROLLBACK TO SAVEPOINT batch');
      return this.#takenIds(rows);
    }
    // Not in Postgres' words: they may hold what the row holds.
    const what = constraint ?? column ?? code;
    return new DamagedArchiveError(
      code === uniqueViolation
        ? `table ${table} has two rows where there can be one (${what})`
        : `table ${table} has a row that Postgres does not take (${what})`,
    );
  }

  async #takenIds(rows: string): Promise<RestoreRefusedError> {
    const { rows: taken } = await this.#client.query<{ id: string; kind: string }>(
      `SELECT id, kind FROM resource_ids WHERE id IN (SELECT r ->> $1::int FROM json_array_elements($2::json) r)
       ORDER BY id LIMIT ${namedIds}`,
      [this.#part.columns.indexOf('id'), rows],
    );
    const named = taken.map(({ id, kind }) => `${id} (a ${kind.replace('_', ' ')})`).join(', ');
    return new RestoreRefusedError(
      `the archive gives one ID to two resources: ${named} are in its table ${this.#part.table} too; an ID belongs to one resource of one kind`,
    );
  }
}

/** SQLSTATE of a unique key that is violated. */
const uniqueViolation = '23505';
/** SQLSTATEs of values that are none of their type, break a constraint, or are too large or too deep. */
const aboutTheRows = /^(22|23|54)/;

/** Names come from the archive and types from the database: what is run holds nothing that the database does not have. */
function statementFor(tables: ReadonlyMap<string, Table>, part: Part): string {
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
