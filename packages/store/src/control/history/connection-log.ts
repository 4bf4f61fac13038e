import { prepare, type Sql } from '../../database/sql.ts';
import { type Page, type PageRequest, toPage } from '../db.ts';
import type { OwnerInFolder } from '../resources/owners.ts';

export interface LogRow {
  readonly at: Date;
  readonly level: string;
  /** null: of the version before. */
  readonly reason: string | null;
  readonly message: string;
}

/** What is undefined does not matter. */
export interface LogFilter {
  readonly since: Date | undefined;
  readonly until: Date | undefined;
  /** Lines of this level and above. */
  readonly level: 'INFO' | 'WARN' | 'ERROR' | undefined;
  readonly reason: string | undefined;
}

/** `level`: a condition that an index of its own answers; most lines are of the level INFO. */
const lines = (name: string, level: string) =>
  prepare(
    name,
    `SELECT id, at, level, reason, message FROM connection_log
     WHERE resource_id = $1 AND resource_kind = $2 AND folder_id = $3 AND ($4::bigint IS NULL OR id < $4)
       AND ($5::timestamptz IS NULL OR at >= $5) AND ($6::timestamptz IS NULL OR at < $6)
       AND ($7::text IS NULL OR reason = $7) AND ${level}
     ORDER BY id DESC LIMIT $8`,
  );

const statements = {
  INFO: lines('list-log', 'true'),
  WARN: lines('list-log-warnings', `level <> 'INFO'`),
  ERROR: lines('list-log-errors', `level <> 'INFO' AND level <> 'WARN'`),
};

/** The connection log of a registry, device or broker, newest first. */
export async function listLog(
  db: Sql,
  { kind, id, folderId }: OwnerInFolder,
  { since, until, level = 'INFO', reason }: LogFilter,
  { after, limit }: PageRequest,
): Promise<Page<LogRow>> {
  const statement = statements[level](id, kind, folderId, after, since, until, reason, limit + 1);
  const { rows } = await db.query<LogRow & { id: string }>(statement);
  return toPage(rows, limit, (row) => (row as LogRow & { id: string }).id);
}
