/** The rows of exports, as the API writes and reads them. */
import { prepare, type Sql } from '../../database/sql.ts';
import { assignments, json } from '../columns.ts';
import { type Page, type PageRequest, toPage } from '../db.ts';
import { MissingError, StoreFullError } from '../errors.ts';

/** What can be changed of an export. */
export interface ExportFields {
  /** Empty: none. */
  readonly name: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  /** null: every message of the source. */
  readonly mqttTopicFilter: string | null;
  readonly target: object;
  /** Sealed. */
  readonly secrets: Uint8Array;
  readonly batch: object;
  readonly concurrency: number;
  readonly retry: object;
  readonly backlog: { readonly maxBytes: number };
  readonly paused: boolean;
}

export interface NewExport extends ExportFields {
  readonly id: string;
  readonly folderId: string;
  readonly registryId: string | null;
  readonly deviceId: string | null;
  readonly brokerId: string | null;
}

export interface ExportRow
  extends Omit<NewExport, 'name' | 'labels' | 'target' | 'batch' | 'retry' | 'backlog'> {
  readonly createdAt: Date;
  /** null: none. */
  readonly name: string | null;
  readonly labels: unknown;
  readonly target: unknown;
  readonly batch: unknown;
  readonly retry: unknown;
  readonly backlog: unknown;
}

const columns = `id, folder_id AS "folderId", registry_id AS "registryId", device_id AS "deviceId", broker_id AS "brokerId",
  mqtt_topic_filter AS "mqttTopicFilter", created_at AS "createdAt", name, description, labels, target, secrets, batch,
  concurrency, retry, backlog, paused`;

const byId = prepare('find-export', `SELECT ${columns} FROM exports WHERE id = $1`);

export async function findExport(db: Sql, id: string): Promise<ExportRow | undefined> {
  return (await db.query<ExportRow>(byId(id))).rows[0];
}

/** As it is now; it is locked until the commit. @throws MissingError if it is gone */
export async function lockExport(tx: Sql, id: string): Promise<ExportRow> {
  const { rows } = await tx.query<ExportRow>({
    text: `SELECT ${columns} FROM exports WHERE id = $1 FOR UPDATE`,
    values: [id],
  });
  const [row] = rows;
  if (!row) throw new MissingError('Export');
  return row;
}

const listColumns = { folder: 'folder_id', registry: 'registry_id', broker: 'broker_id' } as const;

/** Of a folder, a registry or a broker. */
export async function listExports(
  db: Sql,
  of: { readonly kind: keyof typeof listColumns; readonly id: string },
  { after = '', limit }: PageRequest,
): Promise<Page<ExportRow>> {
  const { rows } = await db.query<ExportRow>({
    text: `SELECT ${columns} FROM exports WHERE ${listColumns[of.kind]} = $1 AND id > $2 ORDER BY id LIMIT $3`,
    values: [of.id, after, limit + 1],
  });
  return toPage(rows, limit, ({ id }) => id);
}

/**
 * Creates an export with its log, which is empty. `storeBytes`: what the logs of all exports may have together.
 *
 * @throws StoreFullError
 */
export async function createExport(tx: Sql, given: NewExport, storeBytes: number): Promise<ExportRow> {
  await reserveStore(tx, given.id, given.backlog.maxBytes, storeBytes);
  const { rows } = await tx.query<ExportRow>({
    text: `INSERT INTO exports (id, folder_id, registry_id, device_id, broker_id, mqtt_topic_filter, name, description, labels,
             target, secrets, batch, concurrency, retry, backlog, paused)
           VALUES ($1, $2, $3, $4, $5, $6, nullif($7, ''), $8, $9::jsonb, $10::jsonb, $11, $12::jsonb, $13, $14::jsonb, $15::jsonb, $16)
           RETURNING ${columns}`,
    values: [
      ...[given.id, given.folderId, given.registryId, given.deviceId, given.brokerId, given.mqttTopicFilter],
      ...[given.name, given.description, json(given.labels), json(given.target), Buffer.from(given.secrets)],
      ...[json(given.batch), given.concurrency, json(given.retry), json(given.backlog), given.paused],
    ],
  });
  const [row] = rows;
  if (!row) throw new Error('a new export has no row');
  await tx.query({ text: 'INSERT INTO export_heads (export_id) VALUES ($1)', values: [given.id] });
  await tx.query({ text: 'INSERT INTO export_cursors (export_id) VALUES ($1)', values: [given.id] });
  return row;
}

/** What the holder of the lease works by. */
const holderSettings = 'target, secrets, batch, concurrency, retry, paused';

/**
 * Changes an export. If the export process has to work by other settings from now on, it loses its lease, and begins anew.
 *
 * @throws MissingError if it is gone, StoreFullError
 */
export async function updateExport(
  tx: Sql,
  id: string,
  fields: Partial<ExportFields>,
  storeBytes: number,
): Promise<ExportRow> {
  const { backlog, secrets } = fields;
  if (backlog) await reserveStore(tx, id, backlog.maxBytes, storeBytes);
  const { text, values } = assignments(
    {
      mqtt_topic_filter: fields.mqttTopicFilter,
      name: fields.name === undefined ? undefined : fields.name || null,
      description: fields.description,
      labels: json(fields.labels),
      target: json(fields.target),
      secrets: secrets && Buffer.from(secrets),
      batch: json(fields.batch),
      concurrency: fields.concurrency,
      retry: json(fields.retry),
      backlog: json(backlog),
      paused: fields.paused,
    },
    1,
  );
  const update = {
    text: `UPDATE exports SET ${text} FROM (SELECT ROW(${holderSettings}) AS settings FROM exports WHERE id = $1 FOR UPDATE) AS before
           WHERE id = $1
           RETURNING ${columns}, before.settings IS DISTINCT FROM ROW(${holderSettings}) AS "worksOtherwise"`,
    values: [id, ...values],
  };
  const { rows } = await tx.query<ExportRow & { readonly worksOtherwise?: boolean }>(
    text === '' ? byId(id) : update,
  );
  const [found] = rows;
  if (!found) throw new MissingError('Export');
  const { worksOtherwise, ...row } = found;
  if (worksOtherwise) await takeFromHolder(tx, id);
  return row;
}

/** Deletes it with all that it still owed; its log is removed in the background. @throws MissingError if it is gone */
export async function deleteExport(tx: Sql, id: string): Promise<void> {
  const { rowCount } = await tx.query({ text: 'DELETE FROM exports WHERE id = $1', values: [id] });
  if (rowCount === 0) throw new MissingError('Export');
}

/** Ends the lease: from the commit on its holder moves nothing, and another begins with what is there now. */
export async function takeFromHolder(tx: Sql, id: string): Promise<void> {
  await tx.query({
    text: `UPDATE export_cursors
           SET lease_until = CASE WHEN holder IS NOT NULL THEN clock_timestamp() END,
               epoch = epoch + 1, condition = 'OK', next_attempt_at = NULL
           WHERE export_id = $1`,
    values: [id],
  });
}

/** Creates and changes take turns, so that the sum is exact. */
async function reserveStore(tx: Sql, id: string, maxBytes: number, storeBytes: number): Promise<void> {
  await tx.query({
    text: `SELECT pg_advisory_xact_lock(hashtextextended('export store', 0))::text`,
    values: [],
  });
  const { rows } = await tx.query<{ used: string | null }>({
    text: `SELECT sum((backlog ->> 'maxBytes')::bigint) AS used FROM exports WHERE id <> $1`,
    values: [id],
  });
  const room = storeBytes - Number(rows[0]?.used ?? 0);
  if (maxBytes > room) throw new StoreFullError(room);
}

/** Messages that the exports of a registry or broker still owe, of those that owe any. */
export async function findOwed(
  tx: Sql,
  { kind, id }: { readonly kind: 'registry' | 'broker'; readonly id: string },
): Promise<readonly { readonly exportId: string; readonly messages: string }[]> {
  const { rows } = await tx.query<{ exportId: string; messages: string }>({
    text: `SELECT exports.id AS "exportId", heads.head - cursors.position AS messages
           FROM exports JOIN export_heads AS heads ON heads.export_id = exports.id
             JOIN export_cursors AS cursors ON cursors.export_id = exports.id
           WHERE exports.${kind}_id = $1 AND heads.head > cursors.position ORDER BY exports.id`,
    values: [id],
  });
  return rows;
}
