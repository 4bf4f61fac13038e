/** The keys and roles of a service account. */
import type { ApiKey, AuthorizedKey, RoleBinding } from '../generated/client.ts';
import type { Db } from './db.ts';
import { MissingError } from './errors.ts';

export type AuthorizedKeyRow = AuthorizedKey;
export type ApiKeyRow = Omit<ApiKey, 'secretSha256'>;
export type RoleBindingRow = RoleBinding;

const byAge = [{ createdAt: 'asc' }, { id: 'asc' }] as const;
const withoutSecret = { secretSha256: true } as const;

export async function listAuthorizedKeys(
  db: Db,
  serviceAccountId: string,
): Promise<readonly AuthorizedKeyRow[]> {
  return db.authorizedKey.findMany({ where: { serviceAccountId }, orderBy: [...byAge] });
}

export async function createAuthorizedKey(
  tx: Db,
  key: Pick<AuthorizedKey, 'id' | 'serviceAccountId' | 'publicKey' | 'expiresAt'>,
): Promise<AuthorizedKeyRow> {
  return tx.authorizedKey.create({ data: key });
}

/** @throws MissingError if the account has no such key */
export async function deleteAuthorizedKey(tx: Db, serviceAccountId: string, id: string): Promise<void> {
  assertGone(await tx.authorizedKey.deleteMany({ where: { id, serviceAccountId } }), 'Authorized key');
}

export async function listApiKeys(db: Db, serviceAccountId: string): Promise<readonly ApiKeyRow[]> {
  return db.apiKey.findMany({ where: { serviceAccountId }, orderBy: [...byAge], omit: withoutSecret });
}

export async function createApiKey(
  tx: Db,
  key: Pick<ApiKey, 'id' | 'serviceAccountId' | 'secretSha256' | 'description' | 'expiresAt'>,
): Promise<ApiKeyRow> {
  return tx.apiKey.create({ data: key, omit: withoutSecret });
}

/** @throws MissingError if the account has no such key */
export async function deleteApiKey(tx: Db, serviceAccountId: string, id: string): Promise<void> {
  assertGone(await tx.apiKey.deleteMany({ where: { id, serviceAccountId } }), 'API key');
}

export async function listRoleBindings(db: Db, serviceAccountId: string): Promise<readonly RoleBindingRow[]> {
  return db.roleBinding.findMany({ where: { serviceAccountId }, orderBy: [...byAge] });
}

/** @throws a unique violation if the account has that role */
export async function createRoleBinding(
  tx: Db,
  binding: Pick<RoleBinding, 'id' | 'serviceAccountId' | 'folderId' | 'role'>,
): Promise<RoleBindingRow> {
  return tx.roleBinding.create({ data: binding });
}

/** @throws MissingError if the account has no such role */
export async function deleteRoleBinding(tx: Db, serviceAccountId: string, id: string): Promise<void> {
  assertGone(await tx.roleBinding.deleteMany({ where: { id, serviceAccountId } }), 'Role binding');
}

function assertGone({ count }: { readonly count: number }, what: string): void {
  if (count === 0) throw new MissingError(what);
}
