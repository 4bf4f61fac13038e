import type { ServiceAccount } from '../generated/client.ts';
import { ascending, type Db, type Page, type PageRequest, toPage } from './db.ts';
import { MissingError } from './errors.ts';

export type ServiceAccountRow = ServiceAccount;

export interface NewServiceAccount {
  readonly id: string;
  readonly folderId: string;
  readonly name: string;
  readonly description: string;
}

export async function findServiceAccount(db: Db, id: string): Promise<ServiceAccountRow | undefined> {
  return (await db.serviceAccount.findUnique({ where: { id } })) ?? undefined;
}

export async function listServiceAccounts(
  db: Db,
  folderId: string,
  request: PageRequest,
): Promise<Page<ServiceAccountRow>> {
  const { where, order, take } = ascending(request);
  const rows = await db.serviceAccount.findMany({ where: { folderId, ...where }, orderBy: order, take });
  return toPage(rows, request.limit, (row) => row.id);
}

/** @throws a unique violation if the folder has one of that name */
export async function createServiceAccount(tx: Db, account: NewServiceAccount): Promise<ServiceAccountRow> {
  return tx.serviceAccount.create({ data: account });
}

/** Deletes an account with its keys and roles. @throws MissingError if it is gone */
export async function deleteServiceAccount(tx: Db, id: string): Promise<void> {
  const { count } = await tx.serviceAccount.deleteMany({ where: { id } });
  if (count === 0) throw new MissingError('Service account');
}
