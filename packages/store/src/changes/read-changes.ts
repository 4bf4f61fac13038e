/**
 * Reading the change feed without gaps.
 *
 * Row numbers will not do as a position: they are drawn before the commit, so a reader at 10 may still see 9 appear. Our
 * position is a snapshot of the transactions that were complete at the last read. The next read returns exactly the rows
 * of the transactions that have completed since, however they were interleaved, and no row twice.
 *
 * Old rows are pruned. The pruning leaves one row of kind `pruned` that carries the highest transaction removed; a
 * reader that finds it at or above the oldest transaction that was open in its position may have missed something, and is told so.
 */
import type { ClientBase } from 'pg';
import type { Change } from './change.ts';

/** A `pg_snapshot` as text. */
export type Position = string;

export interface ChangesRead {
  readonly position: Position;
  readonly changes: readonly Change[];
  /** More may have changed than `changes` says. */
  readonly missed: boolean;
}

/** Beyond, looking everything up again is cheaper than going through the list. */
const mostChangesPerRead = 10_000;

export async function currentPosition(client: ClientBase): Promise<Position> {
  const { rows } = await client.query<{ position: Position }>(
    `SELECT pg_current_snapshot()::text AS position`,
  );
  const position = rows[0]?.position;
  if (position === undefined) throw new Error('no snapshot');
  return position;
}

const readQuery = `
  SELECT current.snapshot::text AS position,
         pg_snapshot_xmin(current.snapshot) < pg_snapshot_xmin($1::pg_snapshot) AS went_back,
         found.kind, found.key, found.gone
  FROM (SELECT pg_current_snapshot() AS snapshot) AS current
  LEFT JOIN LATERAL (
    SELECT kind, key, gone
    FROM changes
    WHERE xid >= pg_snapshot_xmin($1::pg_snapshot)
      AND (kind = 'pruned' OR NOT pg_visible_in_snapshot(xid, $1::pg_snapshot))
      AND pg_visible_in_snapshot(xid, current.snapshot)
    ORDER BY id
    LIMIT $2
  ) AS found ON true`;

interface ReadRow {
  readonly position: Position;
  /** The database is older than the position: it was restored from a backup. */
  readonly went_back: boolean;
  readonly kind: Change['kind'] | 'pruned' | null;
  readonly key: string | null;
  readonly gone: boolean | null;
}

/** What has changed since `since`, in the order in which it was written. */
export async function readChanges(client: ClientBase, since: Position): Promise<ChangesRead> {
  const { rows } = await client.query<ReadRow>({
    name: 'read-changes',
    text: readQuery,
    values: [since, mostChangesPerRead + 1],
  });
  const position = rows[0]?.position ?? since;
  const missed =
    rows.length > mostChangesPerRead || rows.some((row) => row.went_back || row.kind === 'pruned');
  const changes = rows.flatMap(({ kind, key, gone }): Change[] =>
    kind === null || kind === 'pruned' || key === null ? [] : [{ kind, key, ...(gone && { gone }) }],
  );
  return { position, changes, missed };
}

/**
 * Removes changes older than `keepMs`. Those of transactions beside which one is still open stay: a reader's position
 * may reach back to it.
 */
export async function pruneChanges(client: ClientBase, keepMs: number): Promise<void> {
  await client.query(
    `WITH gone AS (
       DELETE FROM changes
       WHERE xid < pg_snapshot_xmin(pg_current_snapshot())
         AND at < clock_timestamp() - make_interval(secs => $1)
       RETURNING xid
     )
     INSERT INTO changes (xid, kind, key) SELECT max(xid), 'pruned', '' FROM gone HAVING count(*) > 0`,
    [keepMs / 1000],
  );
}
