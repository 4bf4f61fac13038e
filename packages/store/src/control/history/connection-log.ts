import type { ConnectionLog } from '../../generated/client.ts';
import { type Db, type Page, type PageRequest, toPage } from '../db.ts';
import type { OwnerInFolder } from '../resources/owners.ts';
import { timeRange } from './audit-events.ts';

export type LogRow = ConnectionLog;

/** The connection log of a registry, device or broker, newest first. */
export async function listLog(
  db: Db,
  { kind, id: resourceId, folderId }: OwnerInFolder,
  range: { readonly since: Date | undefined; readonly until: Date | undefined },
  { after, limit }: PageRequest,
): Promise<Page<LogRow>> {
  const rows = await db.connectionLog.findMany({
    where: {
      resourceKind: kind,
      resourceId,
      folderId,
      ...timeRange(range.since, range.until),
      ...(after !== undefined && { id: { lt: BigInt(after) } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
  return toPage(rows, limit, (row) => String(row.id));
}
