/** What went wrong in a folder lately, summed up by reason and by resource. */
import { prepare, type Sql } from '../../database/sql.ts';

/** Lines that are looked at, the newest: some 200 ms, and more than anybody would read. */
const mostLines = 100_000;

export interface LogSummaryRow {
  readonly reason: string;
  /** Bigints, as text: of all resources. */
  readonly lines: string;
  readonly resources: string;
  readonly lastAt: Date;
  /** Those with most lines, most first. */
  readonly top: readonly {
    readonly kind: string;
    readonly id: string;
    readonly lines: number;
    readonly lastAt: string;
  }[];
}

export interface LogSummary {
  /** By lines, most first. */
  readonly reasons: readonly LogSummaryRow[];
  /** False: there were more lines than are looked at, and these are the newest. */
  readonly isComplete: boolean;
}

/** Lines are found by their IDs, which grow with time, but not strictly: the time itself decides. */
const summary = prepare(
  'summarize-log',
  `WITH looked AS MATERIALIZED (
     SELECT resource_kind AS kind, resource_id AS id, reason, at FROM connection_log
     WHERE folder_id = $1 AND level <> 'INFO' AND at >= $2 ORDER BY connection_log.id DESC LIMIT ${mostLines}
   ), per_resource AS (
     SELECT coalesce(reason, '') AS reason, kind, id, count(*) AS lines, max(at) AS last_at FROM looked GROUP BY 1, 2, 3
   ), ranked AS (
     SELECT *, row_number() OVER (PARTITION BY reason ORDER BY lines DESC, last_at DESC, id) AS place FROM per_resource
   )
   SELECT reason, sum(lines) AS lines, count(*) AS resources, max(last_at) AS "lastAt", (SELECT count(*) FROM looked) AS looked,
          json_agg(json_build_object('kind', kind, 'id', id, 'lines', lines, 'lastAt', last_at) ORDER BY place)
            FILTER (WHERE place <= $3) AS top
   FROM ranked GROUP BY reason ORDER BY sum(lines) DESC, reason`,
);

/** Warnings and errors of the resources of a folder since a time. `top`: how many resources to name for each reason. */
export async function summarizeLog(db: Sql, folderId: string, since: Date, top: number): Promise<LogSummary> {
  const { rows } = await db.query<LogSummaryRow & { looked: string }>(summary(folderId, since, top));
  return { reasons: rows, isComplete: Number(rows[0]?.looked ?? 0) < mostLines };
}
