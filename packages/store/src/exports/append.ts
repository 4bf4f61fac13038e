/**
 * Appending to the logs of exports. A row of `export_heads` is locked until the commit, so positions are dense and become
 * visible in order: a reader that goes on from a position misses nothing. Exports are locked in ascending order, in one statement
 * that is its own transaction: no client holds a lock over a round trip, and there is no deadlock.
 */
import type { Sql } from '../database/sql.ts';

/** Messages of one export, to be committed together. */
export interface NewChunk {
  readonly exportId: string;
  readonly messages: number;
  readonly data: Buffer;
}

/**
 * What became of a chunk. `full`: the log has no room, and publishers are to wait (`HOLD`); nothing was written. `gone`: the
 * export is. `isOver`: the log is beyond its limit, and should be trimmed. `isNearlyFull`: `nearlyFullShare` of it is used, by what waits or
 * is kept for a replay.
 */
export type Appended =
  | { readonly outcome: 'written'; readonly isOver: boolean; readonly isNearlyFull: boolean }
  | { readonly outcome: 'full' | 'gone' };

/** The share of its log from which on an export is nearly full: there is time left to see to its target. */
export const nearlyFullShare = 0.8;

interface AppendedRow {
  readonly exportId: string;
  readonly outcome: 'written' | 'full';
  readonly isOver: boolean;
  readonly isNearlyFull: boolean;
}

/** By the number of chunks. Each is a parameter of its own: an array of Buffers would be sent as text, twice as long. */
const statements = new Map<number, string>();

/** Appends chunks, at most one for each export; answers in their order. `evenIfFull`: of messages that had been taken before. */
export async function appendChunks(
  db: Sql,
  chunks: readonly NewChunk[],
  { evenIfFull = false } = {},
): Promise<readonly Appended[]> {
  const { rows } = await db.query<AppendedRow>({
    name: `append-chunks-${chunks.length}`,
    text: statementFor(chunks.length),
    values: [evenIfFull, ...chunks.flatMap(({ exportId, messages, data }) => [exportId, messages, data])],
  });
  const found = new Map(rows.map((row) => [row.exportId, row]));
  return chunks.map(({ exportId }): Appended => {
    const row = found.get(exportId);
    if (!row) return { outcome: 'gone' };
    const { outcome, isOver, isNearlyFull } = row;
    return outcome === 'full' ? { outcome } : { outcome, isOver, isNearlyFull };
  });
}

function statementFor(count: number): string {
  const known = statements.get(count);
  if (known) return known;
  const values = Array.from(
    { length: count },
    (_, n) => `($${3 * n + 2}::text, $${3 * n + 3}::int, $${3 * n + 4}::bytea)`,
  );
  const text = `
    WITH given(export_id, messages, data) AS (VALUES ${values.join()}),
    locked AS MATERIALIZED (
      SELECT heads.export_id, heads.head, heads.bytes
      FROM export_heads AS heads WHERE heads.export_id IN (SELECT export_id FROM given)
      ORDER BY heads.export_id FOR UPDATE
    ), measured AS MATERIALIZED (
      SELECT locked.*, given.messages, given.data,
             locked.bytes - cursors.freed_bytes AS size, (exports.backlog ->> 'maxBytes')::bigint AS max_bytes,
             exports.backlog ->> 'onFull' AS on_full
      FROM locked JOIN given USING (export_id)
        JOIN export_cursors AS cursors USING (export_id) JOIN exports ON exports.id = locked.export_id
    ), checked AS MATERIALIZED (
      SELECT *, on_full = 'HOLD' AND size >= max_bytes AND NOT $1::boolean AS is_full FROM measured
    ), moved AS (
      UPDATE export_heads AS heads
      SET head = checked.head + checked.messages, bytes = checked.bytes + octet_length(checked.data)
      FROM checked WHERE heads.export_id = checked.export_id AND NOT checked.is_full
    ), written AS (
      INSERT INTO export_chunks (export_id, position, messages, data)
      SELECT export_id, head, messages, data FROM checked WHERE NOT is_full
    )
    SELECT export_id AS "exportId", CASE WHEN is_full THEN 'full' ELSE 'written' END AS outcome,
           size + octet_length(data) > max_bytes AS "isOver", size + octet_length(data) >= ${nearlyFullShare} * max_bytes AS "isNearlyFull"
    FROM checked`;
  statements.set(count, text);
  return text;
}
