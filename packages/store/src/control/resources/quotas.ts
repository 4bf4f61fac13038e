import type { Sql } from '../../database/sql.ts';
import { QuotaExceededError } from '../errors.ts';
import type { OwnerKind } from './owners.ts';

/** How many of each a folder may have; undefined: no quota. */
export interface FolderQuotas {
  readonly registries: number | undefined;
  readonly devices: number | undefined;
  readonly brokers: number | undefined;
}

const kinds = { registries: 'registry', devices: 'device', brokers: 'broker' } as const satisfies Record<
  keyof FolderQuotas,
  OwnerKind
>;

/** Makes sure that the folder has room for one more. @throws QuotaExceededError */
export async function reserve(
  tx: Sql,
  what: keyof FolderQuotas,
  folderId: string,
  quotas: FolderQuotas,
): Promise<void> {
  const room = await roomIn(tx, what, folderId, quotas);
  if (room !== undefined && room <= 0) throw new QuotaExceededError(quotas[what] ?? 0);
}

/**
 * How many more the folder may have, or less than none; undefined: any number. Without a quota it costs nothing; with one
 * creates in one folder take turns, so that the quota is exact, and the sum of at most 16 counters is read, which triggers
 * keep in the transaction of each change.
 */
export async function roomIn(
  tx: Sql,
  what: keyof FolderQuotas,
  folderId: string,
  quotas: FolderQuotas,
): Promise<number | undefined> {
  const quota = quotas[what];
  if (quota === undefined) return undefined;
  await tx.query({
    // As text, since Prisma cannot read what is void.
    text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text',
    values: [`quota/${what}/${folderId}`],
  });
  const { rows } = await tx.query<{ used: string | null }>({
    text: 'SELECT sum(count) AS used FROM folder_counts WHERE folder_id = $1 AND kind = $2',
    values: [folderId, kinds[what]],
  });
  return quota - Number(rows[0]?.used ?? 0);
}
