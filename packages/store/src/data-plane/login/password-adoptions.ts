/** Passwords taken from first connections, while an operator has switched that on. */
import { isIP } from 'node:net';
import type { Principal } from '@iotcore/model';
import { type CallFacts, detailsOf, type MutationRecord, recordingCtes } from '../../records/record-call.ts';
import { createSortableId } from '../../records/sortable-ids.ts';
import type { Queryable } from '../queryable.ts';

/** What an operator switched on, also if its end has come. */
export interface PasswordAdoption {
  readonly endsAt: Date;
  /** In CIDR form; empty: from anywhere. */
  readonly networks: readonly string[];
  readonly attemptsPerMinute: number;
}

export interface AdoptedPassword {
  readonly id: string;
  /** PHC form. */
  readonly hash: string;
  readonly owner: Principal;
  /** Where the first connection came from. */
  readonly address: string;
  readonly at: Date;
  /** Why the API would not have taken it. */
  readonly weakness: string | undefined;
}

/** What its operation and audit event say. */
export type AdoptionRecord = Pick<CallFacts, 'description' | 'eventType'> &
  Pick<MutationRecord, 'metadata' | 'response'>;

/** What is switched on for those of the registries and brokers, by `registry:…` and `broker:…`. */
export async function findPasswordAdoptions(
  db: Queryable,
  adopters: readonly string[],
): Promise<ReadonlyMap<string, PasswordAdoption>> {
  const idsOf = (kind: string) =>
    adopters.filter((key) => key.startsWith(kind)).map((key) => key.slice(kind.length));
  const { rows } = await db.query<PasswordAdoption & { adopter: string }>(
    `SELECT coalesce('registry:' || registry_id, 'broker:' || broker_id) AS adopter,
            ends_at AS "endsAt", networks, attempts_per_minute AS "attemptsPerMinute"
     FROM password_adoptions WHERE registry_id = ANY($1) OR broker_id = ANY($2)`,
    [idsOf('registry:'), idsOf('broker:')],
  );
  return new Map(rows.map(({ adopter, ...adoption }) => [adopter, adoption]));
}

/**
 * Stores the password of an owner that has none, with its operation and audit event, in one statement that decides all
 * of it again: adoption is on, has not ended at `at`, includes the address, and the registry is not disabled. The lock on
 * the adoption keeps any from being adopted after it was switched off; a unique index lets an owner have one adopted password.
 */
const adoptQuery = `
  WITH adoption AS (
    SELECT FROM password_adoptions
    WHERE (registry_id = $3 OR broker_id = $4) AND ends_at > $6
      AND (networks = '{}' OR $7::inet <<= ANY (networks::inet[]))
    FOR SHARE
  ), owner AS (
    SELECT d.folder_id, NULL AS registry_id, d.id AS device_id, NULL AS broker_id
    FROM devices d JOIN registries r ON r.id = d.registry_id WHERE d.id = $5 AND d.registry_id = $3 AND r.status <> 'DISABLED'
    UNION ALL
    SELECT folder_id, id, NULL, NULL FROM registries WHERE $5::text IS NULL AND id = $3 AND status <> 'DISABLED'
    UNION ALL
    SELECT folder_id, NULL, NULL, id FROM brokers WHERE id = $4
  ), password AS (
    INSERT INTO passwords (id, hash, adopted_at, registry_id, device_id, broker_id)
    SELECT $1, $2, $6, owner.registry_id, owner.device_id, owner.broker_id
    FROM adoption CROSS JOIN owner
    WHERE NOT EXISTS (
      SELECT FROM passwords p WHERE p.device_id = owner.device_id
      UNION ALL
      SELECT FROM passwords p WHERE p.registry_id = owner.registry_id
      UNION ALL
      SELECT FROM passwords p WHERE p.broker_id = owner.broker_id
    )
    ON CONFLICT DO NOTHING
    RETURNING id
  ), before AS (
    SELECT EXISTS (
      SELECT FROM operations JOIN owner USING (folder_id) WHERE resource_id = $9 AND operations.description = $10
    ) AS anew
  ), record AS (
    SELECT $8::text AS id, $6::timestamptz AS at, $9::text AS resource_id, owner.folder_id, $10::text AS description,
           $9::text AS created_by, $11::jsonb AS metadata, $12::jsonb AS response,
           $13::jsonb || jsonb_build_object('anew', before.anew) AS details, $14::text AS event_type,
           NULL::text AS caller_id, $15::text AS remote_ip, '' AS user_agent, $8::text AS request_id
    FROM password CROSS JOIN owner CROSS JOIN before
  ), ${recordingCtes}
  SELECT anew FROM password CROSS JOIN before`;

/** Atomic. `changed meanwhile`: nothing was stored, since something is not as it was found. */
export async function adoptPassword(
  db: Queryable,
  { id, hash, owner, address, at }: AdoptedPassword,
  { description, eventType, metadata, response }: AdoptionRecord,
): Promise<'adopted' | 'adopted anew' | 'changed meanwhile'> {
  const { rows } = await db.query<{ anew: boolean }>(adoptQuery, [
    id,
    hash,
    owner.kind === 'device' ? owner.registryId : owner.kind === 'registry' ? owner.id : null,
    owner.kind === 'broker' ? owner.id : null,
    owner.kind === 'device' ? owner.id : null,
    at,
    isIP(address) > 0 && !address.includes('%') ? address : null,
    createSortableId(at),
    owner.id,
    description,
    JSON.stringify(metadata),
    JSON.stringify(response),
    JSON.stringify(detailsOf(metadata)),
    eventType,
    address,
  ]);
  const [row] = rows;
  if (!row) return 'changed meanwhile';
  return row.anew ? 'adopted anew' : 'adopted';
}
