/** Reading the log of an export, and writing down how far it has come. Every write names the lease: see leases.ts. */
import type { Sql } from '../database/sql.ts';
import type { Lease } from './leases.ts';

export interface ReadChunk {
  readonly position: number;
  readonly data: Buffer;
}

/**
 * Chunks that hold messages from a position on, in their order: at least one, if there is any, and few bytes. Whoever sends reads
 * with its lease, and gets nothing when that is over: what is published once a pause was answered is not sent any more.
 */
export async function readChunks(
  db: Sql,
  exportId: string,
  position: number,
  mostBytes: number,
  lease?: Lease,
): Promise<readonly ReadChunk[]> {
  const { rows } = await db.query<{ position: string; data: Buffer }>({
    name: 'read-export-chunks',
    text: `
      SELECT position, data FROM (
        SELECT position, data, sum(octet_length(data)) OVER (ORDER BY position) - octet_length(data) AS before
        FROM (
          SELECT position, data FROM export_chunks
          WHERE export_id = $1 AND position >= coalesce(
            (SELECT position FROM export_chunks WHERE export_id = $1 AND position <= $2 ORDER BY position DESC LIMIT 1), $2)
            AND position + messages > $2
            AND ($4::bigint IS NULL
              OR EXISTS (SELECT FROM export_cursors WHERE export_id = $1 AND epoch = $4 AND holder = $5))
          ORDER BY position LIMIT 256
        ) AS next
      ) AS summed WHERE before < $3 ORDER BY position`,
    values: [exportId, position, mostBytes, lease?.epoch, lease?.holder],
  });
  return rows.map((row) => ({ position: Number(row.position), data: row.data }));
}

/** What an export is at. */
export type ExportCondition = 'OK' | 'AWAY' | 'MISCONFIGURED' | 'FULL';

export interface CursorWrite {
  readonly lease: Lease;
  /** Everything below it is dealt with. */
  readonly position: number;
  /** Of the positions that it moves over: those that became dead letters. */
  readonly deadLetters: number;
  readonly condition: ExportCondition;
  /** null: as it was. */
  readonly lastError: string | null;
  readonly lastSuccessAt: Date | null;
  readonly nextAttemptAt: Date | null;
}

/** False: the lease is another's, and nothing was written. */
export async function writeCursor(db: Sql, write: CursorWrite): Promise<boolean> {
  const { lease, position, deadLetters, condition, lastError, lastSuccessAt, nextAttemptAt } = write;
  const { rowCount } = await db.query({
    name: 'write-export-cursor',
    text: `
      UPDATE export_cursors
      SET position = greatest(position, $4), delivered = delivered + greatest(0, $4 - position - $5),
          condition = $6, last_error = coalesce($7, last_error), last_success_at = coalesce($8, last_success_at),
          next_attempt_at = $9
      WHERE export_id = $1 AND holder = $2 AND epoch = $3`,
    values: [
      ...[lease.exportId, lease.holder, lease.epoch, position, deadLetters],
      ...[condition, lastError, lastSuccessAt, nextAttemptAt],
    ],
  });
  return rowCount === 1;
}

export interface NewAttempt {
  readonly at: Date;
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly outcome: string;
  readonly status: number | null;
  readonly milliseconds: number;
  readonly error: string | null;
  readonly answer: string;
}

/** How many attempts are kept of an export. */
export const keptAttempts = 100;

/**
 * Adds attempts, and removes those that are too many. Of an export that is deleted meanwhile nothing is written: the lock
 * waits for the end of the delete, where a foreign key would fail.
 */
export async function writeAttempts(
  db: Sql,
  exportId: string,
  attempts: readonly NewAttempt[],
): Promise<void> {
  await db.query({
    text: `
      WITH kept AS MATERIALIZED (SELECT id FROM exports WHERE id = $1 FOR KEY SHARE)
      INSERT INTO export_attempts (export_id, at, first_position, last_position, outcome, status, milliseconds, error, answer)
      SELECT kept.id, at, "firstPosition", "lastPosition", outcome, status, milliseconds, error, coalesce(answer, '')
      FROM kept, jsonb_to_recordset($2::jsonb) AS given(at timestamptz, "firstPosition" bigint, "lastPosition" bigint, outcome text,
        status int, milliseconds int, error text, answer text)`,
    values: [exportId, JSON.stringify(attempts.slice(-keptAttempts))],
  });
  await db.query({
    text: `DELETE FROM export_attempts WHERE export_id = $1 AND id <= (
             SELECT id FROM export_attempts WHERE export_id = $1 ORDER BY id DESC OFFSET ${keptAttempts} LIMIT 1)`,
    values: [exportId],
  });
}

/**
 * The time of the chunk that `cursors` of `heads` is at. Found by its position: before it lies what is kept for a replay.
 */
export const firstWaiting = `
  SELECT at FROM export_chunks AS chunks
  WHERE heads.head > cursors.position AND chunks.export_id = heads.export_id AND chunks.position >= coalesce((
      SELECT position FROM export_chunks AS before
      WHERE before.export_id = heads.export_id AND before.position <= cursors.position ORDER BY position DESC LIMIT 1
    ), cursors.position)
    AND chunks.position + chunks.messages > cursors.position
  ORDER BY chunks.position LIMIT 1`;

/**
 * The bytes that `cursors` of `heads` has not passed, by their share of the messages in the log: to add them up would be to read all of
 * it.
 */
export const waitingBytes = `
  round((heads.bytes - cursors.freed_bytes) * least(1, (heads.head - cursors.position)::numeric / greatest(1, heads.head - (
    SELECT position FROM export_chunks WHERE export_id = heads.export_id ORDER BY position LIMIT 1))))`;

/** What is measured of an export. */
export interface ExportFigures {
  readonly exportId: string;
  readonly lagMessages: string;
  readonly lagBytes: string;
  readonly oldestAgeSeconds: number | null;
  readonly delivered: string;
  readonly discarded: string;
  readonly deadLetters: string;
}

/** Of all exports. */
export async function findExportFigures(db: Sql): Promise<readonly ExportFigures[]> {
  const { rows } = await db.query<ExportFigures>({
    text: `
      SELECT heads.export_id AS "exportId", heads.head - cursors.position AS "lagMessages",
             ${waitingBytes} AS "lagBytes",
             extract(epoch FROM clock_timestamp() - waiting.at)::float AS "oldestAgeSeconds",
             cursors.delivered, cursors.discarded, coalesce(letters.count, 0) AS "deadLetters"
      FROM export_heads AS heads JOIN export_cursors AS cursors USING (export_id)
        LEFT JOIN (SELECT export_id, count(*) FROM export_dead_letters GROUP BY export_id) AS letters USING (export_id)
        LEFT JOIN LATERAL (
          ${firstWaiting}
        ) AS waiting ON true`,
    values: [],
  });
  return rows;
}

/** The private parts of the keys that secrets are sealed with, by their names. */
export async function findSealingSeeds(db: Sql): Promise<ReadonlyMap<string, Buffer>> {
  const { rows } = await db.query<{ kid: string; seed: string }>({
    text: `SELECT kid, jwk ->> 'd' AS seed FROM signing_keys`,
    values: [],
  });
  return new Map(rows.map(({ kid, seed }) => [kid, Buffer.from(seed, 'base64url')]));
}
