/** IDs that several resources had before that became impossible. An operator decides: the one that is left logs in again. */
import type { ClientBase } from 'pg';

export interface IdConflict {
  readonly id: string;
  readonly resources: readonly { readonly kind: string; readonly folderId: string }[];
}

/** Named in one line or sentence, at most. */
const namedConflicts = 20;

/** The first of them, ordered by ID. */
export async function findIdConflicts(db: Pick<ClientBase, 'query'>): Promise<readonly IdConflict[]> {
  const { rows } = await db.query<IdConflict>(
    `SELECT id, json_agg(json_build_object('kind', kind, 'folderId', folder_id) ORDER BY kind) AS resources
     FROM resource_id_conflicts
     JOIN (
       SELECT id, 'registry' AS kind, folder_id FROM registries
       UNION ALL SELECT id, 'device', folder_id FROM devices
       UNION ALL SELECT id, 'broker', folder_id FROM brokers
       UNION ALL SELECT id, 'service_account', folder_id FROM service_accounts
     ) AS resources USING (id, kind)
     GROUP BY id ORDER BY id LIMIT ${namedConflicts}`,
  );
  return rows;
}

/** What is wrong and what to do, on one line; undefined if nothing is. */
export function describeIdConflicts(conflicts: readonly IdConflict[]): string | undefined {
  if (conflicts.length === 0) return undefined;
  const named = conflicts.map(({ id, resources }) => {
    const owners = resources.map(({ kind, folderId }) => `${kind.replace('_', ' ')} of folder ${folderId}`);
    return `${id} (${owners.join(', ')})`;
  });
  const more = conflicts.length === namedConflicts ? ', and maybe more' : '';
  return `several resources have one ID, and none of them can connect by MQTT until all but one are deleted: ${named.join('; ')}${more}`;
}
