import { prepare, type Sql } from '../../database/sql.ts';
import type { OperationRow } from '../../records/record-call.ts';
import { type Page, type PageRequest, toPage } from '../db.ts';
import type { OwnerInFolder } from '../resources/owners.ts';

const select = `
  SELECT id, resource_id AS "resourceId", folder_id AS "folderId", description, created_at AS "createdAt",
         created_by AS "createdBy", modified_at AS "modifiedAt", metadata, response, error
  FROM operations`;

const byId = prepare('find-operation', `${select} WHERE id = $1`);
const newestOf = prepare(
  'list-operations',
  `${select} WHERE resource_kind = $1 AND resource_id = $2 AND folder_id = $3 AND id < $4 ORDER BY id DESC LIMIT $5`,
);

/** Sorts after every ID. */
const end = '~';

export async function findOperation(db: Sql, id: string): Promise<OperationRow | undefined> {
  return (await db.query<OperationRow>(byId(id))).rows[0];
}

/** Operations on a resource, newest first: their IDs sort by time. Those of an earlier one with its ID are not among them. */
export async function listOperations(
  db: Sql,
  { kind, id, folderId }: OwnerInFolder,
  { after = end, limit }: PageRequest,
): Promise<Page<OperationRow>> {
  const { rows } = await db.query<OperationRow>(newestOf(kind, id, folderId, after, limit + 1));
  return toPage(rows, limit, (row) => row.id);
}
