import { createId } from '@iotcore/model';
import type { Sql } from '../../database/sql.ts';
import { ownerColumn } from '../columns.ts';
import { MissingError } from '../errors.ts';

/** What adopts passwords: a registry for itself and its devices, or a broker. */
export interface AdoptionOwner {
  readonly kind: 'registry' | 'broker';
  readonly id: string;
}

export interface PasswordAdoptionFields {
  readonly endsAt: Date;
  /** In CIDR form; empty: from anywhere. */
  readonly networks: readonly string[];
  readonly attemptsPerMinute: number;
  readonly createdBy: string;
  readonly createdAt: Date;
}

export interface PasswordAdoptionRow extends PasswordAdoptionFields {
  readonly registryId: string | null;
  readonly brokerId: string | null;
}

const columns = `registry_id AS "registryId", broker_id AS "brokerId", ends_at AS "endsAt", networks,
  attempts_per_minute AS "attemptsPerMinute", created_at AS "createdAt", created_by AS "createdBy"`;

/** What was set, also if its end has come. */
export async function findPasswordAdoption(
  db: Sql,
  owner: AdoptionOwner,
): Promise<PasswordAdoptionRow | undefined> {
  const text = `SELECT ${columns} FROM password_adoptions WHERE ${ownerColumn(owner)} = $1`;
  return (await db.query<PasswordAdoptionRow>({ text, values: [owner.id] })).rows[0];
}

/** Switches adoption on, or changes how it is. @throws MissingError if the owner is gone */
export async function setPasswordAdoption(
  tx: Sql,
  owner: AdoptionOwner,
  { endsAt, networks, attemptsPerMinute, createdBy, createdAt }: PasswordAdoptionFields,
): Promise<PasswordAdoptionRow> {
  const column = ownerColumn(owner);
  const { rows } = await tx.query<PasswordAdoptionRow>({
    text: `INSERT INTO password_adoptions
             (id, ${column}, ends_at, networks, attempts_per_minute, created_by, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (${column}) DO UPDATE
             SET ends_at = excluded.ends_at, networks = excluded.networks,
                 attempts_per_minute = excluded.attempts_per_minute, created_by = excluded.created_by,
                 created_at = excluded.created_at
           RETURNING ${columns}`,
    values: [createId(), owner.id, endsAt, [...networks], attemptsPerMinute, createdBy, createdAt],
  });
  const [row] = rows;
  if (!row) throw new Error('password adoption that was set has no row');
  return row;
}

/** Switches adoption off: from the commit on nothing is adopted. @throws MissingError if it was off */
export async function deletePasswordAdoption(tx: Sql, owner: AdoptionOwner): Promise<void> {
  const text = `DELETE FROM password_adoptions WHERE ${ownerColumn(owner)} = $1`;
  const { rowCount } = await tx.query({ text, values: [owner.id] });
  if (rowCount === 0) throw new MissingError('Password adoption');
}
