import type { Db } from './db.ts';
import { MissingError } from './errors.ts';
import { type Owner, ownerColumn } from './owners.ts';

/** A password as it is to be stored; `hash` in PHC form. */
export interface NewPassword {
  readonly id: string;
  readonly hash: string;
}

export interface PasswordRow {
  readonly id: string;
  readonly createdAt: Date;
}

const shown = { id: true, createdAt: true } as const;

export async function listPasswords(db: Db, owner: Owner): Promise<readonly PasswordRow[]> {
  return db.password.findMany({
    where: ownerColumn(owner),
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    select: shown,
  });
}

export async function addPassword(db: Db, owner: Owner, password: NewPassword): Promise<PasswordRow> {
  return db.password.create({ data: { ...password, ...ownerColumn(owner) }, select: shown });
}

/** @throws MissingError if the owner has no such password */
export async function deletePassword(db: Db, owner: Owner, id: string): Promise<void> {
  const { count } = await db.password.deleteMany({ where: { id, ...ownerColumn(owner) } });
  if (count === 0) throw new MissingError('Password');
}
