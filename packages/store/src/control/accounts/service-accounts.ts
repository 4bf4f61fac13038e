import type { Sql } from '../../database/sql.ts';
import { type Page, type PageRequest, toPage } from '../db.ts';
import { MissingError } from '../errors.ts';

export interface NewServiceAccount {
  readonly id: string;
  readonly folderId: string;
  readonly name: string;
  readonly description: string;
}

export interface ServiceAccountRow extends NewServiceAccount {
  readonly createdAt: Date;
}

const columns = 'id, folder_id AS "folderId", created_at AS "createdAt", name, description';

export async function findServiceAccount(db: Sql, id: string): Promise<ServiceAccountRow | undefined> {
  const text = `SELECT ${columns} FROM service_accounts WHERE id = $1`;
  return (await db.query<ServiceAccountRow>({ text, values: [id] })).rows[0];
}

export async function listServiceAccounts(
  db: Sql,
  folderId: string,
  { after = '', limit }: PageRequest,
): Promise<Page<ServiceAccountRow>> {
  const { rows } = await db.query<ServiceAccountRow>({
    text: `SELECT ${columns} FROM service_accounts WHERE folder_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
    values: [folderId, after, limit + 1],
  });
  return toPage(rows, limit, (row) => row.id);
}

/** @throws a unique violation if the folder has one of that name */
export async function createServiceAccount(
  tx: Sql,
  { id, folderId, name, description }: NewServiceAccount,
): Promise<ServiceAccountRow> {
  const { rows } = await tx.query<ServiceAccountRow>({
    text: `INSERT INTO service_accounts (id, folder_id, name, description) VALUES ($1, $2, $3, $4) RETURNING ${columns}`,
    values: [id, folderId, name, description],
  });
  const [row] = rows;
  if (!row) throw new Error('a new service account has no row');
  return row;
}

/** Deletes an account with its keys and roles. @throws MissingError if it is gone */
export async function deleteServiceAccount(tx: Sql, id: string): Promise<void> {
  const { rowCount } = await tx.query({ text: 'DELETE FROM service_accounts WHERE id = $1', values: [id] });
  if (rowCount === 0) throw new MissingError('Service account');
}

/**
 * Ends all access tokens of an account that were issued before a time; answers when a new one is issued that is good, which
 * the next call ends again, be it in the same millisecond. @throws MissingError if the account is gone
 */
export async function endAccessTokens(tx: Sql, id: string, before: Date): Promise<Date> {
  const { rows } = await tx.query<{ issuedAt: Date }>({
    text: `UPDATE service_accounts SET tokens_since = greatest($2, tokens_since + interval '2 milliseconds')
           WHERE id = $1 RETURNING tokens_since + interval '1 millisecond' AS "issuedAt"`,
    values: [id, before],
  });
  const [row] = rows;
  if (!row) throw new MissingError('Service account');
  return row.issuedAt;
}
