import { Prisma } from '../generated/client.ts';
import type { Db } from './db.ts';
import { QuotaExceededError } from './errors.ts';

/** How many of each a folder may have; undefined: no quota. */
export interface FolderQuotas {
  readonly registries: number | undefined;
  readonly devices: number | undefined;
  readonly brokers: number | undefined;
}

/** Makes sure that the folder has room for one more. @throws QuotaExceededError */
export async function reserve(
  tx: Db,
  what: keyof FolderQuotas,
  folderId: string,
  quotas: FolderQuotas,
): Promise<void> {
  const room = await roomIn(tx, what, folderId, quotas);
  if (room !== undefined && room <= 0) throw new QuotaExceededError(quotas[what] ?? 0);
}

/**
 * How many more the folder may have; undefined: any number. Without a quota it costs nothing; with one it counts up to it,
 * and creates in one folder take turns, so that the quota is exact.
 */
export async function roomIn(
  tx: Db,
  what: keyof FolderQuotas,
  folderId: string,
  quotas: FolderQuotas,
): Promise<number | undefined> {
  const quota = quotas[what];
  if (quota === undefined) return undefined;
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`quota/${what}/${folderId}`}, 0))`;
  const table = Prisma.raw(what);
  const [row] = await tx.$queryRaw<{ used: bigint }[]>`
    SELECT count(*) AS used FROM (SELECT 1 FROM ${table} WHERE folder_id = ${folderId} LIMIT ${quota}) AS counted`;
  return quota - Number(row?.used ?? 0);
}
