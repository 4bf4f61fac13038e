/** Passwords taken from first connections, while an operator has switched that on. */
import { isIP } from 'node:net';
import type { Principal } from '@iotcore/model';
import { createSortableId } from '../control/sortable-ids.ts';
import type { Queryable } from './queryable.ts';

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

/** How the records name it, beside the calls of the API. */
const names = {
  registry: { noun: 'Registry', field: 'registryId', service: 'devices' },
  device: { noun: 'Device', field: 'deviceId', service: 'devices' },
  broker: { noun: 'Broker', field: 'brokerId', service: 'broker' },
} as const;

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
 * the adoption lets nobody be adopted after it was switched off; a unique index lets an owner have one adopted password.
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
  ), operation AS (
    INSERT INTO operations (id, resource_id, folder_id, description, created_at, created_by, modified_at, metadata, response)
    SELECT $8, $9, owner.folder_id, $10, $6, $9, $6, $11::jsonb, $12::jsonb FROM password CROSS JOIN owner
  ), before AS (
    SELECT EXISTS (
      SELECT FROM operations JOIN owner USING (folder_id) WHERE resource_id = $9 AND operations.description = $10
    ) AS anew
  ), audit_event AS (
    INSERT INTO audit_events (id, at, event_type, remote_ip, request_id, folder_id, resource_id, details, code)
    SELECT $8, $6, $13, $14, $8, owner.folder_id, $9, $11::jsonb - '@type' || jsonb_build_object('anew', before.anew), 0
    FROM password CROSS JOIN owner CROSS JOIN before
  )
  SELECT anew FROM password CROSS JOIN before`;

/** Atomic. `changed meanwhile`: nothing was stored, since something is not as it was found. */
export async function adoptPassword(
  db: Queryable,
  { id, hash, owner, address, at, weakness }: AdoptedPassword,
): Promise<'adopted' | 'adopted anew' | 'changed meanwhile'> {
  const { noun, field, service } = names[owner.kind];
  const type = (name: string) => ({ '@type': `type.googleapis.com/yandex.cloud.iot.${service}.v1.${name}` });
  const about = { [field]: owner.id };
  const metadata = {
    ...type(`Adopt${noun}PasswordMetadata`),
    ...about,
    passwordId: id,
    ...(weakness && { weakness }),
  };
  const response = { ...type(`${noun}Password`), ...about, id, createdAt: at.toISOString() };
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
    `Adopt ${owner.kind} password`,
    JSON.stringify(metadata),
    JSON.stringify(response),
    `${service}.Adopt${noun}Password`,
    address,
  ]);
  const [row] = rows;
  if (!row) return 'changed meanwhile';
  return row.anew ? 'adopted anew' : 'adopted';
}
