/** The keys and roles of a service account. */
import type { Sql } from '../../database/sql.ts';
import { MissingError } from '../errors.ts';

interface KeyRow {
  readonly id: string;
  readonly serviceAccountId: string;
  readonly createdAt: Date;
}

export interface AuthorizedKeyRow extends KeyRow {
  /** SPKI in PEM. */
  readonly publicKey: string;
  /** null: never. */
  readonly expiresAt: Date | null;
}

/** Without the secret's hash, which is only looked up. */
export interface ApiKeyRow extends KeyRow {
  readonly description: string;
  /** null: never. */
  readonly expiresAt: Date | null;
}

export interface RoleBindingRow extends KeyRow {
  readonly folderId: string;
  readonly role: string;
}

const shared = 'id, service_account_id AS "serviceAccountId", created_at AS "createdAt"';
const columns = {
  authorized_keys: `${shared}, public_key AS "publicKey", expires_at AS "expiresAt"`,
  api_keys: `${shared}, description, expires_at AS "expiresAt"`,
  role_bindings: `${shared}, folder_id AS "folderId", role`,
};
type Table = keyof typeof columns;

async function list<Row>(db: Sql, table: Table, serviceAccountId: string): Promise<readonly Row[]> {
  const { rows } = await db.query<Row>({
    text: `SELECT ${columns[table]} FROM ${table} WHERE service_account_id = $1 ORDER BY created_at, id`,
    values: [serviceAccountId],
  });
  return rows;
}

async function insert<Row>(tx: Sql, table: Table, given: Readonly<Record<string, unknown>>): Promise<Row> {
  const names = Object.keys(given);
  const places = names.map((_, n) => `$${n + 1}`);
  const { rows } = await tx.query<Row>({
    text: `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places.join(', ')}) RETURNING ${columns[table]}`,
    values: Object.values(given),
  });
  const [row] = rows;
  if (!row) throw new Error(`nothing was inserted into ${table}`);
  return row;
}

async function remove(
  tx: Sql,
  table: Table,
  serviceAccountId: string,
  id: string,
  what: string,
): Promise<void> {
  const text = `DELETE FROM ${table} WHERE id = $1 AND service_account_id = $2`;
  const { rowCount } = await tx.query({ text, values: [id, serviceAccountId] });
  if (rowCount === 0) throw new MissingError(what);
}

export function listAuthorizedKeys(db: Sql, serviceAccountId: string): Promise<readonly AuthorizedKeyRow[]> {
  return list(db, 'authorized_keys', serviceAccountId);
}

export function createAuthorizedKey(
  tx: Sql,
  { id, serviceAccountId, publicKey, expiresAt }: Omit<AuthorizedKeyRow, 'createdAt'>,
): Promise<AuthorizedKeyRow> {
  const given = { id, service_account_id: serviceAccountId, public_key: publicKey, expires_at: expiresAt };
  return insert(tx, 'authorized_keys', given);
}

/** @throws MissingError if the account has no such key */
export function deleteAuthorizedKey(tx: Sql, serviceAccountId: string, id: string): Promise<void> {
  return remove(tx, 'authorized_keys', serviceAccountId, id, 'Authorized key');
}

export function listApiKeys(db: Sql, serviceAccountId: string): Promise<readonly ApiKeyRow[]> {
  return list(db, 'api_keys', serviceAccountId);
}

export function createApiKey(
  tx: Sql,
  key: Omit<ApiKeyRow, 'createdAt'> & { readonly secretSha256: Uint8Array },
): Promise<ApiKeyRow> {
  const { id, serviceAccountId, secretSha256, description, expiresAt } = key;
  return insert(tx, 'api_keys', {
    id,
    service_account_id: serviceAccountId,
    secret_sha256: Buffer.from(secretSha256),
    description,
    expires_at: expiresAt,
  });
}

/** @throws MissingError if the account has no such key */
export function deleteApiKey(tx: Sql, serviceAccountId: string, id: string): Promise<void> {
  return remove(tx, 'api_keys', serviceAccountId, id, 'API key');
}

export function listRoleBindings(db: Sql, serviceAccountId: string): Promise<readonly RoleBindingRow[]> {
  return list(db, 'role_bindings', serviceAccountId);
}

/** @throws a unique violation if the account has that role */
export function createRoleBinding(
  tx: Sql,
  { id, serviceAccountId, folderId, role }: Omit<RoleBindingRow, 'createdAt'>,
): Promise<RoleBindingRow> {
  return insert(tx, 'role_bindings', { id, service_account_id: serviceAccountId, folder_id: folderId, role });
}

/** @throws MissingError if the account has no such role */
export function deleteRoleBinding(tx: Sql, serviceAccountId: string, id: string): Promise<void> {
  return remove(tx, 'role_bindings', serviceAccountId, id, 'Role binding');
}
