import type { DeviceFacts, Principal } from '@iotcore/model';
import { aliasesOf, toDeviceFacts } from '../devices.ts';
import type { Queryable } from '../queryable.ts';

/** A registry, device or broker as the MQTT server must know it to let a client in. */
export interface Identity {
  readonly principal: Principal;
  /** Its registry (or itself) is DISABLED: no client of it is accepted. */
  readonly disabled: boolean;
  /** It is disabled itself: a device or broker that an operator keeps out for now. */
  readonly blocked?: true;
  /** If it is a device: what its topics are routed by. */
  readonly device?: DeviceFacts;
}

export interface PasswordHash {
  readonly id: string;
  /** PHC form. */
  readonly hash: string;
}

export interface PasswordIdentity extends Identity {
  readonly passwords: readonly PasswordHash[];
}

export interface CertificateIdentity extends Identity {
  /** SHA-256 over the DER, lower-case hex. */
  readonly sha256: string;
  /** The name of the certificate in the API: SHA-1, 40 lower-case hex digits. */
  readonly fingerprint: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

interface OwnerRow {
  readonly kind: Principal['kind'];
  readonly id: string;
  readonly registry_id: string | null;
  readonly folder_id: string;
  readonly disabled: boolean;
  readonly blocked: boolean;
  readonly aliases: [string, string][] | null;
}

/** Whether a block of this device or broker has not ended. */
const isBlocked = (column: 'device_id' | 'broker_id', id: string) =>
  `EXISTS (SELECT FROM resource_blocks block WHERE block.${column} = ${id} AND (block.ends_at IS NULL OR block.ends_at > now()))`;

/** Those of the IDs that exist, with their passwords. An ID that is in conflict is not found. */
export async function findIdentities(
  db: Queryable,
  ids: readonly string[],
): Promise<readonly PasswordIdentity[]> {
  const { rows } = await db.query<OwnerRow & { passwords: PasswordHash[] }>(
    `SELECT owner.*, coalesce(passwords.list, '[]') AS passwords, ${aliasesOf('owner.id')} AS aliases
     FROM unnest($1::text[]) AS wanted(id)
     CROSS JOIN LATERAL (
       SELECT 'device' AS kind, d.id, d.registry_id, d.folder_id, r.status = 'DISABLED' AS disabled, ${isBlocked('device_id', 'd.id')} AS blocked
       FROM devices d JOIN registries r ON r.id = d.registry_id WHERE d.id = wanted.id
       UNION ALL
       SELECT 'registry', r.id, NULL, r.folder_id, r.status = 'DISABLED', false FROM registries r WHERE r.id = wanted.id
       UNION ALL
       SELECT 'broker', b.id, NULL, b.folder_id, false, ${isBlocked('broker_id', 'b.id')} FROM brokers b WHERE b.id = wanted.id
     ) AS owner
     LEFT JOIN LATERAL (
       SELECT json_agg(json_build_object('id', p.id, 'hash', p.hash) ORDER BY p.created_at DESC) AS list
       FROM (
         SELECT id, hash, created_at FROM passwords WHERE owner.kind = 'device' AND device_id = owner.id
         UNION ALL
         SELECT id, hash, created_at FROM passwords WHERE owner.kind = 'registry' AND registry_id = owner.id
         UNION ALL
         SELECT id, hash, created_at FROM passwords WHERE owner.kind = 'broker' AND broker_id = owner.id
       ) AS p
     ) AS passwords ON true
     WHERE NOT EXISTS (SELECT FROM resource_id_conflicts c WHERE c.id = owner.id)`,
    [ids],
  );
  return rows.map((row) => ({ ...toIdentity(row), passwords: row.passwords }));
}

/** The owners of those of the certificates (SHA-256, lower-case hex) that are registered, unless the ID of the owner is in conflict. */
export async function findCertificateIdentities(
  db: Queryable,
  sha256s: readonly string[],
): Promise<readonly CertificateIdentity[]> {
  const { rows } = await db.query<OwnerRow & Omit<CertificateIdentity, keyof Identity>>(
    `SELECT CASE WHEN c.device_id IS NOT NULL THEN 'device'
                 WHEN c.registry_id IS NOT NULL THEN 'registry'
                 ELSE 'broker' END AS kind,
            coalesce(c.device_id, c.registry_id, c.broker_id) AS id,
            d.registry_id,
            coalesce(d.folder_id, r.folder_id, b.folder_id) AS folder_id,
            ${aliasesOf('c.device_id')} AS aliases,
            coalesce(r.status = 'DISABLED', false) AS disabled,
            ${isBlocked('device_id', 'c.device_id')} OR ${isBlocked('broker_id', 'c.broker_id')} AS blocked,
            encode(c.sha256, 'hex') AS sha256,
            c.fingerprint,
            c.not_before AS "notBefore",
            c.not_after AS "notAfter"
     FROM certificates c
     LEFT JOIN devices d ON d.id = c.device_id
     LEFT JOIN registries r ON r.id = coalesce(c.registry_id, d.registry_id)
     LEFT JOIN brokers b ON b.id = c.broker_id
     WHERE c.sha256 = ANY($1::bytea[])
       AND NOT EXISTS (SELECT FROM resource_id_conflicts x WHERE x.id = coalesce(c.device_id, c.registry_id, c.broker_id))`,
    [sha256s.map((hex) => Buffer.from(hex, 'hex'))],
  );
  return rows.map((row) => ({
    ...toIdentity(row),
    sha256: row.sha256,
    fingerprint: row.fingerprint,
    notBefore: row.notBefore,
    notAfter: row.notAfter,
  }));
}

function toIdentity(row: OwnerRow): Identity {
  const principal = toPrincipal(row);
  return {
    principal,
    disabled: row.disabled,
    ...(row.blocked && { blocked: true }),
    ...(principal.kind === 'device' && { device: toDeviceFacts({ ...principal, aliases: row.aliases }) }),
  };
}

function toPrincipal({ kind, id, registry_id, folder_id: folderId }: OwnerRow): Principal {
  if (kind !== 'device') return { kind, id, folderId };
  if (registry_id === null) throw new Error(`device ${id} has no registry`);
  return { kind, id, registryId: registry_id, folderId };
}
