import type { Operation } from '../generated/client.ts';
import { type Db, type Page, type PageRequest, toPage } from './db.ts';

export type OperationRow = Operation;

export async function findOperation(db: Db, id: string): Promise<OperationRow | undefined> {
  return (await db.operation.findUnique({ where: { id } })) ?? undefined;
}

/** Operations on a resource, newest first: their IDs sort by time. */
export async function listOperations(
  db: Db,
  resourceId: string,
  { after, limit }: PageRequest,
): Promise<Page<OperationRow>> {
  const rows = await db.operation.findMany({
    where: { resourceId, ...(after !== undefined && { id: { lt: after } }) },
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
  return toPage(rows, limit, (row) => row.id);
}
