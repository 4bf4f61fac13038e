import type { OperationRow } from '../records/record-call.ts';
import { type Db, type Page, type PageRequest, toPage } from './db.ts';
import type { OwnerInFolder } from './owners.ts';

export async function findOperation(db: Db, id: string): Promise<OperationRow | undefined> {
  return (await db.operation.findUnique({ where: { id } })) ?? undefined;
}

/** Operations on a resource, newest first: their IDs sort by time. Those of an earlier one with its ID are not among them. */
export async function listOperations(
  db: Db,
  { kind, id, folderId }: OwnerInFolder,
  { after, limit }: PageRequest,
): Promise<Page<OperationRow>> {
  const rows = await db.operation.findMany({
    where: {
      resourceKind: kind,
      resourceId: id,
      folderId,
      ...(after !== undefined && { id: { lt: after } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
  return toPage(rows, limit, (row) => row.id);
}
