/**
 * How far a move has come. Counted by the database in one statement, by joins of whole tables: for 100,000 devices it
 * takes a third of a second.
 */
import { Prisma } from '../../generated/client.ts';
import type { Db, Page, PageRequest } from '../db.ts';
import { toPage } from '../db.ts';

const dayMs = 86_400_000;

export type MigrationScope =
  | { readonly folderId: string }
  | { readonly registryId: string }
  | { readonly brokerId: string };

/** What a registry, device or broker itself has to log in with. */
export interface OwnCredentials {
  readonly hasCertificate: boolean;
  readonly hasPassword: boolean;
  /** Of its adopted password, if it has one. */
  readonly adoptedAt: Date | null;
  readonly passwordId: string | null;
  /** Another resource has its ID too: it cannot log in. */
  readonly idConflict: boolean;
}

/** Password adoption, null where it is off or has ended. */
interface OpenAdoption {
  readonly endsAt: Date | null;
  readonly networks: readonly string[] | null;
}

export interface RegistryMigrationRow extends OwnCredentials, OpenAdoption {
  readonly id: string;
  readonly name: string | null;
  readonly folderId: string;
  readonly devices: number;
  readonly seen: number;
  /** For the first time. */
  readonly seenLastDay: number;
  readonly withCertificate: number;
  readonly withPassword: number;
  readonly adopted: number;
  readonly withoutCredential: number;
  /** Devices whose ID another resource has too. */
  readonly devicesInConflict: number;
}

export interface BrokerMigrationRow extends OwnCredentials, OpenAdoption {
  readonly id: string;
  readonly name: string | null;
  readonly folderId: string;
}

/** The columns of `OwnCredentials`, of the owner in row `o`. */
function ownCredentials(column: 'registry_id' | 'device_id' | 'broker_id'): Prisma.Sql {
  const owner = Prisma.raw(column);
  return Prisma.sql`
    EXISTS (SELECT FROM certificates c WHERE c.${owner} = o.id) AS "hasCertificate",
    EXISTS (SELECT FROM passwords p WHERE p.${owner} = o.id) AS "hasPassword",
    adopted.adopted_at AS "adoptedAt", adopted.id AS "passwordId",
    EXISTS (SELECT FROM resource_id_conflicts conflict WHERE conflict.id = o.id) AS "idConflict"`;
}

/** The adopted password of the owner in row `o`. */
function adoptedPassword(column: 'registry_id' | 'device_id' | 'broker_id'): Prisma.Sql {
  const owner = Prisma.raw(column);
  return Prisma.sql`
    LEFT JOIN passwords adopted ON adopted.${owner} = o.id AND adopted.adopted_at IS NOT NULL`;
}

/** The registries of the scope, oldest first. `now` decides which adoption has ended. */
export async function readRegistryMigrations(
  db: Db,
  scope: MigrationScope,
  now: Date,
): Promise<readonly RegistryMigrationRow[]> {
  if ('brokerId' in scope) return [];
  const [within, devicesWithin] =
    'folderId' in scope
      ? [Prisma.sql`o.folder_id = ${scope.folderId}`, Prisma.sql`d.folder_id = ${scope.folderId}`]
      : [Prisma.sql`o.id = ${scope.registryId}`, Prisma.sql`d.registry_id = ${scope.registryId}`];
  return db.$queryRaw<RegistryMigrationRow[]>`
    WITH device AS (
      SELECT d.registry_id,
             bool_or(activity.last_auth_time IS NOT NULL) AS seen,
             bool_or(activity.first_auth_time > ${new Date(now.getTime() - dayMs)}) AS is_new,
             bool_or(certificates.device_id IS NOT NULL) AS certificate,
             bool_or(passwords.device_id IS NOT NULL) AS password,
             bool_or(passwords.adopted_at IS NOT NULL) AS adopted,
             bool_or(conflict.id IS NOT NULL) AS conflict
      FROM devices d
      LEFT JOIN device_activity activity ON activity.device_id = d.id
      LEFT JOIN certificates ON certificates.device_id = d.id
      LEFT JOIN passwords ON passwords.device_id = d.id
      LEFT JOIN resource_id_conflicts conflict ON conflict.id = d.id AND conflict.kind = 'device'
      WHERE ${devicesWithin}
      GROUP BY d.registry_id, d.id
    ), fleet AS (
      SELECT registry_id,
             count(*)::int AS devices,
             (count(*) FILTER (WHERE seen))::int AS seen,
             (count(*) FILTER (WHERE is_new))::int AS seen_last_day,
             (count(*) FILTER (WHERE certificate))::int AS with_certificate,
             (count(*) FILTER (WHERE password))::int AS with_password,
             (count(*) FILTER (WHERE adopted))::int AS adopted,
             (count(*) FILTER (WHERE NOT certificate AND NOT password))::int AS without_credential,
             (count(*) FILTER (WHERE conflict))::int AS in_conflict
      FROM device GROUP BY registry_id
    )
    SELECT o.id, o.name, o.folder_id AS "folderId",
           coalesce(devices, 0) AS devices, coalesce(seen, 0) AS seen, coalesce(seen_last_day, 0) AS "seenLastDay", coalesce(fleet.adopted, 0) AS adopted,
           coalesce(with_certificate, 0) AS "withCertificate", coalesce(with_password, 0) AS "withPassword",
           coalesce(without_credential, 0) AS "withoutCredential", coalesce(in_conflict, 0) AS "devicesInConflict",
           ${ownCredentials('registry_id')}, adoption.ends_at AS "endsAt", adoption.networks
    FROM registries o
    LEFT JOIN fleet ON fleet.registry_id = o.id
    ${adoptedPassword('registry_id')}
    LEFT JOIN password_adoptions adoption ON adoption.registry_id = o.id AND adoption.ends_at > ${now}
    WHERE ${within}
    ORDER BY o.created_at, o.id`;
}

/** The brokers of the scope, oldest first. */
export async function readBrokerMigrations(
  db: Db,
  scope: MigrationScope,
  now: Date,
): Promise<readonly BrokerMigrationRow[]> {
  if ('registryId' in scope) return [];
  const within =
    'folderId' in scope ? Prisma.sql`o.folder_id = ${scope.folderId}` : Prisma.sql`o.id = ${scope.brokerId}`;
  return db.$queryRaw<BrokerMigrationRow[]>`
    SELECT o.id, o.name, o.folder_id AS "folderId", ${ownCredentials('broker_id')},
           adoption.ends_at AS "endsAt", adoption.networks
    FROM brokers o
    ${adoptedPassword('broker_id')}
    LEFT JOIN password_adoptions adoption ON adoption.broker_id = o.id AND adoption.ends_at > ${now}
    WHERE ${within}
    ORDER BY o.created_at, o.id`;
}

export interface DeviceMigrationRow extends OwnCredentials {
  readonly id: string;
  readonly name: string | null;
  readonly createdAt: Date;
  readonly firstAuthTime: Date | null;
  readonly lastAuthTime: Date | null;
}

export type DeviceMigrationFilter = 'NOT_SEEN' | 'WITHOUT_CREDENTIAL' | 'ADOPTED' | 'ID_CONFLICT';

const conditions: Readonly<Record<DeviceMigrationFilter, Prisma.Sql>> = {
  NOT_SEEN: Prisma.sql`activity.last_auth_time IS NULL`,
  WITHOUT_CREDENTIAL: Prisma.sql`
    NOT EXISTS (SELECT FROM certificates c WHERE c.device_id = o.id)
    AND NOT EXISTS (SELECT FROM passwords p WHERE p.device_id = o.id)`,
  ADOPTED: Prisma.sql`adopted.id IS NOT NULL`,
  ID_CONFLICT: Prisma.sql`
    EXISTS (SELECT FROM resource_id_conflicts c WHERE c.id = o.id AND c.kind = 'device')`,
};

/** The devices of a registry to which the filter applies, oldest first. */
export async function listDeviceMigrations(
  db: Db,
  registryId: string,
  filter: DeviceMigrationFilter | undefined,
  { after, limit }: PageRequest,
): Promise<Page<DeviceMigrationRow>> {
  const condition = filter === undefined ? Prisma.empty : Prisma.sql`AND ${conditions[filter]}`;
  const rows = await db.$queryRaw<(DeviceMigrationRow & { micros: bigint })[]>`
    SELECT o.id, o.name, o.created_at AS "createdAt", (extract(epoch FROM o.created_at) * 1000000)::bigint AS micros,
           activity.first_auth_time AS "firstAuthTime", activity.last_auth_time AS "lastAuthTime",
           ${ownCredentials('device_id')}
    FROM devices o
    LEFT JOIN device_activity activity ON activity.device_id = o.id
    ${adoptedPassword('device_id')}
    WHERE o.registry_id = ${registryId} ${isAfter(after)} ${condition}
    ORDER BY o.created_at, o.id LIMIT ${limit + 1}`;
  return toPage(rows, limit, ({ micros, id }) => `${micros.toString(keyRadix)} ${id}`);
}

/** A key is the time in microseconds, as short as can be since a page token has few characters, and the ID. */
const keyRadix = 36;

function isAfter(key: string | undefined): Prisma.Sql {
  if (key === undefined) return Prisma.empty;
  const [time = '', id = ''] = key.split(' ');
  const micros = Number.parseInt(time, keyRadix);
  return Prisma.sql`AND (o.created_at, o.id) > (to_timestamp(0) + ${micros}::bigint * interval '1 microsecond', ${id})`;
}
