import type { Sql } from '../../database/sql.ts';
import { MissingError } from '../errors.ts';

export interface NetworkBlockRow {
  readonly id: string;
  /** In CIDR form. */
  readonly network: string;
  readonly endsAt: Date;
  readonly note: string;
  readonly createdAt: Date;
  readonly createdBy: string;
}

const columns = `id, network, ends_at AS "endsAt", note, created_at AS "createdAt", created_by AS "createdBy"`;

/** Those that have not ended at a time, oldest first. There are at most so many as `createNetworkBlock` lets in. */
export async function listNetworkBlocks(db: Sql, at: Date): Promise<readonly NetworkBlockRow[]> {
  const { rows } = await db.query<NetworkBlockRow>({
    text: `SELECT ${columns} FROM network_blocks WHERE ends_at > $1 ORDER BY created_at, id`,
    values: [at],
  });
  return rows;
}

/** Removes those that have ended, and adds one if there are fewer than `most` then. Undefined: there are not. */
export async function createNetworkBlock(
  tx: Sql,
  { id, network, endsAt, note, createdAt, createdBy }: NetworkBlockRow,
  most: number,
): Promise<NetworkBlockRow | undefined> {
  await tx.query({ text: 'DELETE FROM network_blocks WHERE ends_at <= $1', values: [createdAt] });
  const { rows } = await tx.query<NetworkBlockRow>({
    text: `INSERT INTO network_blocks (id, network, ends_at, note, created_at, created_by)
           SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM network_blocks) < $7
           RETURNING ${columns}`,
    values: [id, network, endsAt, note, createdAt, createdBy, most],
  });
  return rows[0];
}

/** @throws MissingError if there is none with this ID */
export async function deleteNetworkBlock(tx: Sql, id: string): Promise<void> {
  const { rowCount } = await tx.query({ text: 'DELETE FROM network_blocks WHERE id = $1', values: [id] });
  if (rowCount === 0) throw new MissingError('Network block');
}
