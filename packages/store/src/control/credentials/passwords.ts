import type { Sql } from '../../database/sql.ts';
import { ownerColumn } from '../columns.ts';
import { MissingError } from '../errors.ts';
import type { Owner } from '../resources/owners.ts';

/** A password as it is to be stored; `hash` in PHC form. */
export interface NewPassword {
  readonly id: string;
  readonly hash: string;
}

export interface PasswordRow {
  readonly id: string;
  readonly createdAt: Date;
}

const columns = 'id, created_at AS "createdAt"';

export async function listPasswords(db: Sql, owner: Owner): Promise<readonly PasswordRow[]> {
  const { rows } = await db.query<PasswordRow>({
    text: `SELECT ${columns} FROM passwords WHERE ${ownerColumn(owner)} = $1 ORDER BY created_at, id`,
    values: [owner.id],
  });
  return rows;
}

export async function addPassword(tx: Sql, owner: Owner, { id, hash }: NewPassword): Promise<PasswordRow> {
  const { rows } = await tx.query<PasswordRow>({
    text: `INSERT INTO passwords (id, hash, ${ownerColumn(owner)}) VALUES ($1, $2, $3) RETURNING ${columns}`,
    values: [id, hash, owner.id],
  });
  const [row] = rows;
  if (!row) throw new Error('a new password has no row');
  return row;
}

/** @throws MissingError if the owner has no such password */
export async function deletePassword(tx: Sql, owner: Owner, id: string): Promise<void> {
  const { rowCount } = await tx.query({
    text: `DELETE FROM passwords WHERE id = $1 AND ${ownerColumn(owner)} = $2`,
    values: [id, owner.id],
  });
  if (rowCount === 0) throw new MissingError('Password');
}
