import type { Queryable } from '../queryable.ts';

export interface LiveSession {
  /** Its number at this node: never used again. */
  readonly number: number;
  readonly resourceKind: 'registry' | 'device' | 'broker';
  readonly resourceId: string;
  /** Where that was; absent: not known. */
  readonly folderId?: string | undefined;
  /** Of a device. */
  readonly registryId: string | undefined;
  readonly clientId: string;
  readonly address: string;
  readonly secure: boolean;
  readonly connectedAt: Date;
  /** What it was opened with: one of both. */
  readonly passwordId?: string | undefined;
  readonly certificateFingerprint?: string | undefined;
}

/**
 * Adds sessions of a node, which must be registered; those that are there already stay as they are. Sessions of what is gone are left out, also
 * if another has its ID by now.
 */
export async function addLiveSessions(
  db: Queryable,
  nodeId: string,
  sessions: readonly LiveSession[],
): Promise<void> {
  await db.query(
    `INSERT INTO live_sessions
       (node_id, number, resource_kind, resource_id, registry_id, client_id, address, secure, connected_at,
        password_id, certificate_fingerprint)
     SELECT $1, number, kind, id, registry_id, client_id, address, secure, connected_at, password_id, fingerprint
     FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
         $8::boolean[], $9::timestamptz[], $10::text[], $11::text[], $12::text[])
       AS given(number, kind, id, registry_id, client_id, address, secure, connected_at, password_id, fingerprint, folder_id)
     WHERE folder_id IS NULL OR folder_id = CASE kind
       WHEN 'device' THEN (SELECT devices.folder_id FROM devices WHERE devices.id = given.id)
       WHEN 'registry' THEN (SELECT registries.folder_id FROM registries WHERE registries.id = given.id)
       ELSE (SELECT brokers.folder_id FROM brokers WHERE brokers.id = given.id) END
     ON CONFLICT DO NOTHING`,
    [
      nodeId,
      sessions.map(({ number }) => number),
      sessions.map(({ resourceKind }) => resourceKind),
      sessions.map(({ resourceId }) => resourceId),
      sessions.map(({ registryId }) => registryId ?? null),
      sessions.map(({ clientId }) => clientId),
      sessions.map(({ address }) => address),
      sessions.map(({ secure }) => secure),
      sessions.map(({ connectedAt }) => connectedAt),
      sessions.map(({ passwordId }) => passwordId ?? null),
      sessions.map(({ certificateFingerprint }) => certificateFingerprint ?? null),
      sessions.map(({ folderId }) => folderId ?? null),
    ],
  );
}

/** Removes sessions of a node by their numbers; `all`: every one that it has. */
export async function removeLiveSessions(
  db: Queryable,
  nodeId: string,
  numbers: readonly number[] | 'all',
): Promise<void> {
  if (numbers === 'all') await db.query('DELETE FROM live_sessions WHERE node_id = $1', [nodeId]);
  else
    await db.query('DELETE FROM live_sessions WHERE node_id = $1 AND number = ANY($2::bigint[])', [
      nodeId,
      numbers,
    ]);
}
