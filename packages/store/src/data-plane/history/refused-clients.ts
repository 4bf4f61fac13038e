import { isOwner } from '../owners.ts';
import type { Queryable } from '../queryable.ts';

/** Equal refusals, summed up: the same claim, certificate, address and reason. */
export interface RefusedClient {
  /** The ID that the client wrote, whatever it is; empty: none. */
  readonly claimedId: string;
  /** The certificate that it showed. */
  readonly certificate: { readonly sha256: Buffer; readonly fingerprint: string } | undefined;
  readonly address: string;
  /** Over TLS, or on the port for it. */
  readonly secure: boolean;
  readonly reason: string;
  /** Of the last one: its client ID, and what else is known; empty where nothing is. */
  readonly clientId: string;
  readonly detail: string;
  /** The ID of the registry, device or broker that it seems to be. */
  readonly subjectId: string;
  /** The folder that this was in; absent: not known. */
  readonly folderId?: string | undefined;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly count: number;
}

/**
 * Adds to what is known of refused clients; of each at most one. A row gets the kind and the folder of the resource that the
 * client seems to be, by which it may be shown; it has neither if there is none.
 *
 * @returns how many rows are new
 */
export async function writeRefusedClients(db: Queryable, refused: readonly RefusedClient[]): Promise<number> {
  const { rows } = await db.query<{ isNew: boolean }>(
    `WITH placed AS (
       SELECT given.*, subject.kind AS resource_kind, subject.folder_id AS place
       FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::text[],
                   $9::text[], $10::timestamptz[], $11::timestamptz[], $12::bigint[], $13::text[])
         AS given(claimed_id, certificate_sha256, fingerprint, address, secure, reason, client_id, detail,
                  subject_id, first_at, last_at, count, folder_id)
       LEFT JOIN devices ON devices.id = given.subject_id AND ${isOwner('devices')}
       LEFT JOIN registries ON registries.id = given.subject_id AND ${isOwner('registries')}
       LEFT JOIN brokers ON brokers.id = given.subject_id AND ${isOwner('brokers')}
       LEFT JOIN LATERAL (
         SELECT CASE WHEN devices.id IS NOT NULL THEN 'device' WHEN registries.id IS NOT NULL THEN 'registry' ELSE 'broker' END AS kind,
                coalesce(devices.folder_id, registries.folder_id, brokers.folder_id) AS folder_id
         WHERE num_nonnulls(devices.id, registries.id, brokers.id) = 1
       ) AS subject ON true
     )
     INSERT INTO refused_clients AS stored (id, claimed_id, certificate_sha256, fingerprint, address, secure, reason,
       resource_kind, folder_id, client_id, detail, first_at, last_at, count)
     SELECT encode(substring(sha256(convert_to(jsonb_build_array(claimed_id, certificate_sha256, address, secure, reason,
              resource_kind, place)::text, 'UTF8')) FOR 16), 'hex'),
            claimed_id, certificate_sha256, fingerprint, address, secure, reason,
            resource_kind, place, client_id, detail, first_at, last_at, count
     FROM placed ORDER BY 1
     ON CONFLICT (id) DO UPDATE SET
       client_id = excluded.client_id, detail = excluded.detail,
       first_at = least(stored.first_at, excluded.first_at), last_at = greatest(stored.last_at, excluded.last_at),
       count = stored.count + excluded.count
     RETURNING xmax = 0 AS "isNew"`,
    [
      refused.map(({ claimedId }) => claimedId),
      refused.map(({ certificate }) => certificate?.sha256 ?? null),
      refused.map(({ certificate }) => certificate?.fingerprint ?? null),
      refused.map(({ address }) => address),
      refused.map(({ secure }) => secure),
      refused.map(({ reason }) => reason),
      refused.map(({ clientId }) => clientId),
      refused.map(({ detail }) => detail),
      refused.map(({ subjectId }) => subjectId),
      refused.map(({ firstAt }) => firstAt),
      refused.map(({ lastAt }) => lastAt),
      refused.map(({ count }) => count),
      refused.map(({ folderId }) => folderId ?? null),
    ],
  );
  return rows.filter(({ isNew }) => isNew).length;
}

/** All blocked addresses; else as `addressBlock` of the domain: an IPv4 address, or the /64 of an IPv6 address. What is neither counts for itself. */
const crowd = `
  CASE WHEN reason = 'address blocked' THEN reason
       WHEN address ~* '^[0-9a-f]*:[0-9a-f:]*$' THEN network(set_masklen(address::inet, 64))::text ELSE address END`;

/**
 * Removes rows, so that `most` are left: of the crowd (see above) that has the most rows first, there those that have not been added
 * to for longest. So however many a stranger makes, it pushes out nothing of a crowd that has fewer.
 */
export async function forgetRefusedClients(db: Queryable, most: number): Promise<void> {
  await db.query(
    `DELETE FROM refused_clients WHERE id IN (
       SELECT id FROM (
         SELECT id, last_at, row_number() OVER (PARTITION BY ${crowd} ORDER BY last_at DESC, id DESC) AS newer_of_crowd
         FROM refused_clients
       ) AS ranked ORDER BY newer_of_crowd, last_at DESC, id DESC OFFSET $1)`,
    [most],
  );
}
