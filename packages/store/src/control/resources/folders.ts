import { prepare, type Sql } from '../../database/sql.ts';
import { Prisma } from '../../generated/client.ts';
import { type Db, type Page, type PageRequest, toPage } from '../db.ts';

/** Which folders to list. */
export interface FolderFilter {
  /** These alone; undefined: all. */
  readonly among: readonly string[] | undefined;
}

/** IDs of the folders that hold a registry, a broker or an account, in order. Folders have no rows of their own. */
export async function listFolders(
  db: Db,
  { among }: FolderFilter,
  { after, limit }: PageRequest,
): Promise<Page<string>> {
  const conditions = [
    ...(after === undefined ? [] : [Prisma.sql`folder_id > ${after} COLLATE "C"`]),
    ...(among === undefined ? [] : [Prisma.sql`folder_id = ANY(${among})`]),
  ];
  const where = conditions.length > 0 ? Prisma.sql`WHERE ${Prisma.join(conditions, ' AND ')}` : Prisma.empty;
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT folder_id AS id FROM (
      SELECT folder_id FROM registries UNION SELECT folder_id FROM brokers UNION SELECT folder_id FROM service_accounts
    ) AS folders ${where} ORDER BY folder_id COLLATE "C" LIMIT ${limit + 1}`;
  return toPage(
    rows.map(({ id }) => id),
    limit,
    (id) => id,
  );
}

export interface FolderCountsRow {
  readonly id: string;
  /** Bigints, as text. */
  readonly registries: string;
  readonly devices: string;
  readonly brokers: string;
}

const countOf = (kind: string) => `coalesce(sum(count) FILTER (WHERE kind = '${kind}'), 0)`;

const counts = prepare(
  'list-folder-counts',
  `SELECT page.id, c.* FROM (
     SELECT folder_id AS id FROM (
       SELECT folder_id FROM registries UNION SELECT folder_id FROM brokers UNION SELECT folder_id FROM service_accounts
     ) AS folders WHERE ($1::text[] IS NULL OR folder_id = ANY($1)) AND folder_id > $2 ORDER BY folder_id LIMIT $3
   ) AS page
   CROSS JOIN LATERAL (
     SELECT ${countOf('registry')} AS registries, ${countOf('device')} AS devices, ${countOf('broker')} AS brokers
     FROM folder_counts WHERE folder_id = page.id
   ) AS c
   ORDER BY page.id`,
);

/** The same folders, with how much of each kind they hold, as the triggers have counted. */
export async function listFolderCounts(
  db: Sql,
  { among }: FolderFilter,
  { after = '', limit }: PageRequest,
): Promise<Page<FolderCountsRow>> {
  const { rows } = await db.query<FolderCountsRow>(counts(among, after, limit + 1));
  return toPage(rows, limit, ({ id }) => id);
}

interface RegistryCountsRow {
  readonly id: string;
  /** A bigint, as text. */
  readonly devices: string;
}

const registryCounts = prepare(
  'list-registry-counts',
  `SELECT page.id, (SELECT coalesce(sum(devices), 0) FROM registry_counts WHERE registry_id = page.id) AS devices
   FROM (SELECT id FROM registries WHERE folder_id = $1 AND id > $2 ORDER BY id LIMIT $3) AS page ORDER BY page.id`,
);

/** The registries of a folder, each with how many devices it has, as the triggers have counted. */
export async function listRegistryCounts(
  db: Sql,
  folderId: string,
  { after = '', limit }: PageRequest,
): Promise<Page<RegistryCountsRow>> {
  const { rows } = await db.query<RegistryCountsRow>(registryCounts(folderId, after, limit + 1));
  return toPage(rows, limit, ({ id }) => id);
}
