/** Registries, devices and brokers by the beginning of their ID or name. */
import { prefixRangeEnd } from '../../database/prefix-range.ts';
import { prepare, type Sql } from '../../database/sql.ts';
import type { OwnerKind } from '../resources/owners.ts';

export interface FoundResourceRow {
  readonly kind: OwnerKind;
  readonly id: string;
  readonly name: string | null;
  readonly folderId: string;
  /** Of a device. */
  readonly registryId: string | null;
}

/** Folders that are looked through where all may be seen: each costs some ten microseconds. */
const mostFolders = 1000;

/** In a folder each of these is a range of an index. */
const of = (kind: OwnerKind, table: string, registryId: string, column: string, condition = 'true') =>
  `(SELECT '${kind}' AS kind, id, name, ${registryId} AS registry_id FROM ${table}
    WHERE folder_id = folder.id AND ${column} >= $2 AND ${column} < $3 AND ${condition} ORDER BY ${column} LIMIT $4)`;

const found = prepare(
  'search-resources',
  `SELECT hit.kind, hit.id, hit.name, folder.id AS "folderId", hit.registry_id AS "registryId"
   FROM (SELECT unnest($1::text[]) AS id
         UNION ALL (SELECT DISTINCT folder_id FROM folder_counts WHERE $1 IS NULL ORDER BY folder_id LIMIT ${mostFolders})) AS folder
   CROSS JOIN LATERAL (
     ${[
       of('registry', 'registries', 'NULL', 'id'),
       of('registry', 'registries', 'NULL', 'name COLLATE "C"'),
       of('broker', 'brokers', 'NULL', 'id'),
       of('broker', 'brokers', 'NULL', 'name COLLATE "C"'),
       of('device', 'devices', 'registry_id', 'id'),
       of('device', 'devices', 'registry_id', 'name COLLATE "C"', 'name IS NOT NULL'),
     ].join('\n UNION ')}
   ) AS hit
   ORDER BY (hit.id = $2 OR hit.name = $2) IS NOT TRUE, array_position(ARRAY['registry', 'broker', 'device'], hit.kind),
            hit.name COLLATE "C", hit.id LIMIT $4`,
);

/**
 * At most `limit`: what has just this ID or name, then registries, then brokers, then devices, each by name.
 *
 * @param folderIds undefined: every folder
 */
export async function searchResources(
  db: Sql,
  folderIds: readonly string[] | undefined,
  beginning: string,
  limit: number,
): Promise<readonly FoundResourceRow[]> {
  const statement = found(folderIds, beginning, prefixRangeEnd(beginning), limit);
  return (await db.query<FoundResourceRow>(statement)).rows;
}
