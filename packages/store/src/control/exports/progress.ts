/** How far exports have come, and moving them by hand. */
import type { Sql } from '../../database/sql.ts';
import { firstReceivedAt, readFrame, splitFrames } from '../../exports/frames.ts';
import { freeSince, needsHolder } from '../../exports/leases.ts';
import { firstWaiting, waitingBytes } from '../../exports/progress.ts';
import { MissingError } from '../errors.ts';
import { takeFromHolder } from './exports.ts';

export interface ExportProgress {
  readonly head: string;
  readonly position: string;
  /** What was delivered and is kept for a replay included. */
  readonly logBytes: string;
  readonly lagBytes: string;
  readonly oldestWaitingAt: Date | null;
  readonly lastSuccessAt: Date | null;
  readonly lastError: string | null;
  readonly nextAttemptAt: Date | null;
  /** As the export process says it. */
  readonly condition: 'OK' | 'AWAY' | 'MISCONFIGURED' | 'FULL';
  readonly delivered: string;
  readonly discarded: string;
  readonly skipped: string;
  readonly deadLetters: string;
  readonly holder: string | null;
  /** Messages wait, and no export process has taken it for longer than any takes for that. */
  readonly isUnattended: boolean;
}

/** Longer than a lease and the looks at it, in seconds. */
const unattendedSeconds = 30;

export async function findExportProgress(db: Sql, id: string): Promise<ExportProgress | undefined> {
  const { rows } = await db.query<ExportProgress>({
    text: `
      SELECT heads.head, cursors.position, heads.bytes - cursors.freed_bytes AS "logBytes", ${waitingBytes} AS "lagBytes",
             waiting.at AS "oldestWaitingAt",
             cursors.last_success_at AS "lastSuccessAt", cursors.last_error AS "lastError",
             cursors.next_attempt_at AS "nextAttemptAt", cursors.condition, cursors.delivered, cursors.discarded, cursors.skipped,
             (SELECT count(*) FROM export_dead_letters WHERE export_id = $1) AS "deadLetters",
             CASE WHEN cursors.lease_until > clock_timestamp() THEN cursors.holder END AS holder,
             ${needsHolder} AND waiting.at IS NOT NULL AND greatest(waiting.at, ${freeSince})
               < clock_timestamp() - interval '${unattendedSeconds} seconds' AS "isUnattended"
      FROM export_heads AS heads JOIN export_cursors AS cursors USING (export_id) JOIN exports ON exports.id = export_id
        LEFT JOIN LATERAL (
          ${firstWaiting}
        ) AS waiting ON true
      WHERE heads.export_id = $1`,
    values: [id],
  });
  return rows[0];
}

/** Where an export may be moved to. */
export interface LogRange {
  /** The first position that is kept. */
  readonly tail: bigint;
  readonly cursor: bigint;
  readonly head: bigint;
}

/** Locks the cursor until the commit. @throws MissingError if the export is gone */
export async function lockLogRange(tx: Sql, id: string): Promise<LogRange> {
  const { rows } = await tx.query<{ tail: string | null; cursor: string; head: string }>({
    text: `
      SELECT cursors.position AS cursor, heads.head,
             (SELECT min(position) FROM export_chunks WHERE export_id = $1) AS tail
      FROM export_cursors AS cursors JOIN export_heads AS heads USING (export_id)
      WHERE cursors.export_id = $1 FOR UPDATE OF cursors`,
    values: [id],
  });
  const [row] = rows;
  if (!row) throw new MissingError('Export');
  const head = BigInt(row.head);
  return { tail: row.tail === null ? head : BigInt(row.tail), cursor: BigInt(row.cursor), head };
}

/**
 * The first message that was received at that time or later, by the clock of the MQTT server that received it; the head if
 * there is none. Looks at the beginning of each chunk: when a chunk was committed is the database's time, and may be much later.
 */
export async function findPositionAt(tx: Sql, id: string, time: Date, head: bigint): Promise<bigint> {
  const { rows } = await tx.query<{ next: string | null; position: string | null; data: Buffer | null }>({
    text: `
      WITH next AS (
        SELECT min(position) AS position FROM export_chunks WHERE export_id = $1 AND ${firstReceivedAt('data')} >= $2
      )
      SELECT next.position AS next, before.position, before.data
      FROM next LEFT JOIN LATERAL (
        SELECT position, data FROM export_chunks
        WHERE export_id = $1 AND (next.position IS NULL OR position < next.position) ORDER BY position DESC LIMIT 1
      ) AS before ON true`,
    values: [id, time.getTime()],
  });
  const [row] = rows;
  // The chunk before may end with messages of that time.
  const frames = row?.data ? splitFrames(row.data) : [];
  const within = frames.findIndex((frame) => readFrame(frame).receivedAtMs >= time.getTime());
  if (row?.position && within !== -1) return BigInt(row.position) + BigInt(within);
  return row?.next ? BigInt(row.next) : head;
}

/** Moves the cursor by hand; what is passed over is counted as skipped. */
export async function moveCursor(tx: Sql, id: string, position: bigint, skipped: bigint): Promise<void> {
  await tx.query({
    text: 'UPDATE export_cursors SET position = $2, skipped = skipped + $3 WHERE export_id = $1',
    values: [id, position, skipped],
  });
  await takeFromHolder(tx, id);
  await announceExport(tx, id);
}

/** Tells the export processes that there is something to do now. */
export async function announceExport(tx: Sql, id: string): Promise<void> {
  await tx.query({ text: `INSERT INTO changes (kind, key) VALUES ('export', $1)`, values: [id] });
  await tx.query({ text: `SELECT pg_notify('iotcore_changes', '')::text`, values: [] });
}

/**
 * Moves the cursor on to a position, at most to the head, and counts what lies between as delivered. Never back. Answers
 * where it is then; undefined if the export is gone.
 */
export async function acknowledgeExport(db: Sql, id: string, position: bigint): Promise<string | undefined> {
  const { rows } = await db.query<{ position: string }>({
    text: `
      UPDATE export_cursors AS cursors
      SET position = greatest(cursors.position, least($2, heads.head)), last_success_at = clock_timestamp(),
          delivered = delivered + greatest(0, least($2, heads.head) - cursors.position)
      FROM export_heads AS heads WHERE cursors.export_id = $1 AND heads.export_id = $1
      RETURNING cursors.position`,
    values: [id, position],
  });
  return rows[0]?.position;
}
