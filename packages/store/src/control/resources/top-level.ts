/** Registries and brokers: both lie directly in a folder, and their rows are read and written alike. */
import { prepare, type Sql } from '../../database/sql.ts';
import { assignments, type Columns, json } from '../columns.ts';
import { addCredentials, type InitialCredentials } from '../credentials/credentials.ts';
import { type Page, type PageRequest, toPage } from '../db.ts';
import { MissingError } from '../errors.ts';
import { type FolderQuotas, reserve } from './quotas.ts';

/** What can be changed of them. */
export interface TopLevelFields {
  /** Empty: none. */
  readonly name: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  /** null: none. */
  readonly logOptions: object | null;
}

interface TopLevelRow {
  readonly id: string;
  readonly folderId: string;
  readonly createdAt: Date;
  /** null: none. */
  readonly name: string | null;
  readonly description: string;
  readonly labels: unknown;
  readonly logOptions: unknown;
}

export interface RegistryRow extends TopLevelRow {
  readonly status: 'CREATING' | 'ACTIVE' | 'DELETING' | 'DISABLED';
  readonly logGroupId: string | null;
}

export interface BrokerRow extends TopLevelRow {
  readonly status: 'CREATING' | 'ACTIVE' | 'DELETING';
}

export interface NewTopLevel extends TopLevelFields {
  readonly id: string;
  readonly folderId: string;
}

const shared =
  'id, folder_id AS "folderId", created_at AS "createdAt", name, description, labels, status, log_options AS "logOptions"';

const kinds = {
  registry: { table: 'registries', noun: 'Registry', columns: `${shared}, log_group_id AS "logGroupId"` },
  broker: { table: 'brokers', noun: 'Broker', columns: shared },
} as const;

/** Everything about the rows of one of the two kinds. Each function is one query unless it says more. */
export function topLevelRows<Row extends TopLevelRow>(kind: keyof typeof kinds) {
  const { table, noun, columns } = kinds[kind];
  const select = `SELECT ${columns} FROM ${table}`;
  const byId = prepare(`find-${kind}`, `${select} WHERE id = $1`);
  const locked = prepare(`lock-${kind}`, `${select} WHERE id = $1 FOR NO KEY UPDATE`);
  const byName = prepare(`find-${kind}-by-name`, `${select} WHERE folder_id = $1 AND name = $2`);
  const page = prepare(`list-${table}`, `${select} WHERE folder_id = $1 AND id > $2 ORDER BY id LIMIT $3`);
  const insert = prepare(
    `create-${kind}`,
    `INSERT INTO ${table} (id, folder_id, name, description, labels, log_options)
     VALUES ($1, $2, nullif($3, ''), $4, $5::jsonb, $6::jsonb) RETURNING ${columns}`,
  );

  /** @throws MissingError if it is gone */
  async function set(tx: Sql, id: string, given: Columns): Promise<Row> {
    const { text, values } = assignments(given, 1);
    const update = {
      text: `UPDATE ${table} SET ${text} WHERE id = $1 RETURNING ${columns}`,
      values: [id, ...values],
    };
    const [row] = (await tx.query<Row>(text === '' ? byId(id) : update)).rows;
    if (row === undefined) throw new MissingError(noun);
    return row;
  }

  return {
    async find(db: Sql, id: string): Promise<Row | undefined> {
      return (await db.query<Row>(byId(id))).rows[0];
    },

    /**
     * Finds it as it stays until the transaction ends: for a change that depends on what is there. Devices can be created in
     * it meanwhile. @throws MissingError if it is gone
     */
    async lock(tx: Sql, id: string): Promise<Row> {
      const [row] = (await tx.query<Row>(locked(id))).rows;
      if (row === undefined) throw new MissingError(noun);
      return row;
    },

    async findByName(db: Sql, folderId: string, name: string): Promise<Row | undefined> {
      return (await db.query<Row>(byName(folderId, name))).rows[0];
    },

    async list(db: Sql, folderId: string, { after = '', limit }: PageRequest): Promise<Page<Row>> {
      const { rows } = await db.query<Row>(page(folderId, after, limit + 1));
      return toPage(rows, limit, (row) => row.id);
    },

    /** Queries: one, and one each for certificates and password, and two for a quota, if there are any. */
    async create(
      tx: Sql,
      { id, folderId, name, description, labels, logOptions }: NewTopLevel,
      credentials: InitialCredentials,
      quotas: FolderQuotas,
    ): Promise<Row> {
      await reserve(tx, table, folderId, quotas);
      const values = [id, folderId, name, description, json(labels), json(logOptions)];
      const [row] = (await tx.query<Row>(insert(...values))).rows;
      if (!row) throw new Error(`a new ${kind} has no row`);
      await addCredentials(tx, { kind, id }, credentials);
      return row;
    },

    /** @throws MissingError if it is gone */
    async update(tx: Sql, id: string, fields: Partial<TopLevelFields>): Promise<Row> {
      const { name, description, labels, logOptions } = fields;
      return set(tx, id, {
        name: name === undefined ? undefined : name || null,
        description,
        labels: json(labels),
        log_options: json(logOptions),
      });
    },

    set,

    /** Deletes it with its credentials. @throws MissingError if it is gone */
    async delete(tx: Sql, id: string): Promise<void> {
      const { rowCount } = await tx.query({ text: `DELETE FROM ${table} WHERE id = $1`, values: [id] });
      if (rowCount === 0) throw new MissingError(noun);
    },
  };
}
