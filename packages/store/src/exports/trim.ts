/**
 * Removing chunks from the log of an export: what is delivered and too old for a replay, what is beyond the limits. What was
 * still to be sent is counted as discarded, and the cursor moves over it; an export process that sends it meanwhile loses nothing, since a
 * cursor never moves back by that.
 */
import type { Sql } from '../database/sql.ts';
import { waitingBytes } from './progress.ts';

/** Chunks of one export that one statement removes: some 64 MiB at most. */
const chunksAtATime = 64;

/**
 * Removes the oldest chunks of one export, some at a time, until its log is within its limits. With `onFull: HOLD` only what
 * is delivered goes for want of room. Answers how many messages were discarded, and whether there is more to remove.
 */
export async function trimLog(db: Sql, exportId: string): Promise<{ discarded: number; isDone: boolean }> {
  const { rows } = await db.query<{ discarded: string; removed: number }>({
    name: 'trim-export-log',
    text: `
      WITH cursor AS MATERIALIZED (
        SELECT cursors.export_id, cursors.position, cursors.freed_bytes
        FROM export_cursors AS cursors WHERE cursors.export_id = $1 FOR UPDATE
      ), oldest AS MATERIALIZED (
        SELECT position, messages, at, octet_length(data) AS bytes FROM export_chunks
        WHERE export_id = $1 ORDER BY position LIMIT ${chunksAtATime}
      ), summed AS MATERIALIZED (
        SELECT oldest.*, cursor.position AS cursor,
               heads.bytes - cursor.freed_bytes - coalesce(sum(oldest.bytes) OVER (ORDER BY oldest.position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS size_before,
               oldest.position + oldest.messages <= cursor.position AS is_sent, exports.backlog
        FROM oldest, cursor, export_heads AS heads, exports
        WHERE heads.export_id = $1 AND exports.id = $1
      ), doomed AS MATERIALIZED (
        SELECT *, bool_and(
            CASE WHEN size_before > (backlog ->> 'maxBytes')::bigint THEN is_sent OR backlog ->> 'onFull' <> 'HOLD'
                 WHEN is_sent THEN at < clock_timestamp() - (backlog ->> 'replayWindow')::interval
                 ELSE backlog ->> 'onFull' <> 'HOLD' AND at < clock_timestamp() - (backlog ->> 'maxAge')::interval END
          ) OVER (ORDER BY position) AS goes
        FROM summed
      ), removed AS (
        DELETE FROM export_chunks AS chunks USING doomed
        WHERE chunks.export_id = $1 AND chunks.position = doomed.position AND doomed.goes
      ), counted AS (
        SELECT count(*)::int AS removed, coalesce(sum(bytes), 0) AS bytes, max(position + messages) AS end,
               coalesce(sum(position + messages - greatest(position, least(cursor, position + messages))), 0) AS discarded
        FROM doomed WHERE goes
      ), moved AS (
        UPDATE export_cursors AS cursors
        SET freed_bytes = cursors.freed_bytes + counted.bytes, discarded = cursors.discarded + counted.discarded,
            position = greatest(cursors.position, counted.end)
        FROM counted WHERE cursors.export_id = $1 AND counted.removed > 0
      )
      SELECT discarded, removed FROM counted`,
    values: [exportId],
  });
  const [row] = rows;
  return { discarded: Number(row?.discarded ?? 0), isDone: (row?.removed ?? 0) < chunksAtATime };
}

/** How much of what its log may hold waits to be sent. Undefined: the export is gone. */
export async function findWaitingShare(db: Sql, exportId: string): Promise<number | undefined> {
  const { rows } = await db.query<{ share: number }>({
    name: 'find-export-waiting-share',
    text: `
      SELECT ${waitingBytes} / (exports.backlog ->> 'maxBytes')::bigint AS share
      FROM exports JOIN export_heads AS heads ON heads.export_id = exports.id
        JOIN export_cursors AS cursors ON cursors.export_id = exports.id
      WHERE exports.id = $1`,
    values: [exportId],
  });
  return rows[0] && Number(rows[0].share);
}

export interface Untrimmed {
  readonly exportId: string;
  /** The registry or broker whose messages it takes. */
  readonly ownerId: string;
}

/** Exports whose oldest chunk may be too old, or that are beyond their size. */
export async function findUntrimmed(db: Sql): Promise<readonly Untrimmed[]> {
  const { rows } = await db.query<Untrimmed>({
    text: `
      SELECT exports.id AS "exportId", coalesce(exports.registry_id, exports.broker_id) AS "ownerId" FROM exports
        JOIN export_heads AS heads ON heads.export_id = exports.id
        JOIN export_cursors AS cursors ON cursors.export_id = exports.id
        CROSS JOIN LATERAL (
          SELECT position + messages <= cursors.position AS is_sent, at FROM export_chunks
          WHERE export_id = exports.id ORDER BY position LIMIT 1
        ) AS oldest
      WHERE heads.bytes - cursors.freed_bytes > (exports.backlog ->> 'maxBytes')::bigint
         OR oldest.at < clock_timestamp() - (CASE WHEN oldest.is_sent THEN exports.backlog ->> 'replayWindow' ELSE exports.backlog ->> 'maxAge' END)::interval`,
    values: [],
  });
  return rows;
}

/** Removes some chunks of exports that are gone. Answers how many. Logs are found from one ID to the next: their chunks are many. */
export async function removeOrphans(db: Sql): Promise<number> {
  const { rowCount } = await db.query({
    text: `
      WITH RECURSIVE logs(id) AS (
        (SELECT export_id FROM export_chunks ORDER BY export_id LIMIT 1)
        UNION ALL
        SELECT (SELECT export_id FROM export_chunks WHERE export_id > logs.id ORDER BY export_id LIMIT 1)
        FROM logs WHERE logs.id IS NOT NULL
      ), doomed AS MATERIALIZED (
        SELECT chunks.export_id, chunks.position
        FROM logs CROSS JOIN LATERAL (
          SELECT export_id, position FROM export_chunks WHERE export_id = logs.id ORDER BY position LIMIT ${chunksAtATime}
        ) AS chunks
        WHERE NOT EXISTS (SELECT FROM export_heads WHERE export_id = logs.id) LIMIT ${chunksAtATime}
      )
      DELETE FROM export_chunks AS chunks USING doomed
      WHERE chunks.export_id = doomed.export_id AND chunks.position = doomed.position`,
    values: [],
  });
  return rowCount ?? 0;
}
