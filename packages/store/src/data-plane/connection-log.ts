import type { Queryable } from './queryable.ts';

export interface LogLine {
  /** The registry, device or broker; it need not exist any more. */
  readonly resourceId: string;
  readonly at: Date;
  readonly level: 'INFO' | 'WARN' | 'ERROR';
  readonly message: string;
}

/** Appends lines in their order. */
export async function writeLogLines(db: Queryable, lines: readonly LogLine[]): Promise<void> {
  await db.query(
    `INSERT INTO connection_log (resource_id, at, level, message)
     SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[])`,
    [
      lines.map(({ resourceId }) => resourceId),
      lines.map(({ at }) => at),
      lines.map(({ level }) => level),
      lines.map(({ message }) => message),
    ],
  );
}
