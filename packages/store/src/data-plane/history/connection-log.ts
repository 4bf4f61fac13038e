import { isOwner } from '../owners.ts';
import type { Queryable } from '../queryable.ts';

export interface LogLine {
  /** The registry, device or broker. */
  readonly resourceId: string;
  /** The folder that it was in; absent: its ID is all that is known of it. */
  readonly folderId?: string | undefined;
  readonly at: Date;
  readonly level: 'INFO' | 'WARN' | 'ERROR';
  /** Why, as a code that never changes: people look for it. */
  readonly reason: string;
  readonly message: string;
  /** Whether the line is kept only if the resource exists: its ID is what a stranger wrote. */
  readonly mustExist: boolean;
}

/**
 * Appends lines in their order. The log options of a registry hold for its devices too: lines below its `minLevel` are
 * left out, and all of them if its log is `disabled`. Each line gets the kind and the folder of its resource, by which it is
 * found. A line of a folder is left out if the resource is gone from there, also if another has its ID by now.
 */
export async function writeLogLines(db: Queryable, lines: readonly LogLine[]): Promise<void> {
  await db.query(
    `WITH levels(name, rank) AS (
       VALUES ('TRACE', 1), ('DEBUG', 2), ('INFO', 3), ('WARN', 4), ('ERROR', 5), ('FATAL', 6)
     )
     INSERT INTO connection_log (resource_kind, resource_id, folder_id, at, level, reason, message)
     SELECT subject.kind, given.resource_id, subject.folder_id, given.at, given.level, given.reason, given.message
     FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[])
       WITH ORDINALITY AS given(resource_id, at, level, message, must_exist, reason, folder_id, position)
     LEFT JOIN devices ON devices.id = given.resource_id AND ${isOwner('devices')}
     LEFT JOIN registries ON registries.id = coalesce(devices.registry_id, given.resource_id)
       AND (devices.id IS NOT NULL OR ${isOwner('registries')})
     LEFT JOIN brokers ON brokers.id = given.resource_id AND ${isOwner('brokers')}
     CROSS JOIN LATERAL (SELECT coalesce(registries.log_options, brokers.log_options) AS value) AS options
     LEFT JOIN LATERAL (
       SELECT CASE WHEN devices.id IS NOT NULL THEN 'device' WHEN registries.id IS NOT NULL THEN 'registry' ELSE 'broker' END AS kind,
              coalesce(devices.folder_id, registries.folder_id, brokers.folder_id) AS folder_id
       WHERE num_nonnulls(registries.id, brokers.id) = 1
         AND NOT EXISTS (SELECT FROM resource_id_conflicts c WHERE c.id = given.resource_id)
     ) AS subject ON true
     WHERE (registries.id IS NOT NULL OR brokers.id IS NOT NULL OR given.folder_id IS NULL AND NOT given.must_exist)
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
      lines.map(({ reason }) => reason),
      lines.map(({ folderId }) => folderId ?? null),
    ],
  );
}
