import type { Queryable } from './queryable.ts';

export interface LogLine {
  /** The registry, device or broker. */
  readonly resourceId: string;
  readonly at: Date;
  readonly level: 'INFO' | 'WARN' | 'ERROR';
  readonly message: string;
  /** Whether the line is kept only if the resource exists: its ID is what a stranger wrote. */
  readonly mustExist: boolean;
}

/**
 * Appends lines in their order. The log options of a registry hold for its devices too: lines below its `minLevel` are
 * left out, and all of them if its log is `disabled`.
 */
export async function writeLogLines(db: Queryable, lines: readonly LogLine[]): Promise<void> {
  await db.query(
    `WITH levels(name, rank) AS (
       VALUES ('TRACE', 1), ('DEBUG', 2), ('INFO', 3), ('WARN', 4), ('ERROR', 5), ('FATAL', 6)
     )
     INSERT INTO connection_log (resource_id, at, level, message)
     SELECT given.resource_id, given.at, given.level, given.message
     FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::boolean[])
       WITH ORDINALITY AS given(resource_id, at, level, message, must_exist, position)
     LEFT JOIN devices ON devices.id = given.resource_id
     LEFT JOIN registries ON registries.id = coalesce(devices.registry_id, given.resource_id)
     LEFT JOIN brokers ON brokers.id = given.resource_id
     CROSS JOIN LATERAL (SELECT coalesce(registries.log_options, brokers.log_options) AS value) AS options
     WHERE (NOT given.must_exist OR registries.id IS NOT NULL OR brokers.id IS NOT NULL)
       AND options.value ->> 'disabled' IS DISTINCT FROM 'true'
       AND coalesce((SELECT rank FROM levels WHERE name = options.value ->> 'minLevel'), 0)
           <= (SELECT rank FROM levels WHERE name = given.level)
     ORDER BY given.position`,
    [
      lines.map(({ resourceId }) => resourceId),
      lines.map(({ at }) => at),
      lines.map(({ level }) => level),
      lines.map(({ message }) => message),
      lines.map(({ mustExist }) => mustExist),
    ],
  );
}
