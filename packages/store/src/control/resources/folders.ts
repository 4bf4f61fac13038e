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
