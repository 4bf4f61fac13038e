/**
 * Which process sends for an export. A lease is taken, renewed, and runs out if its holder is gone or frozen; every lease has
 * an epoch of its own, and every write for an export names it. So a process that lost the lease without noticing it writes nothing.
 */
import type { Sql } from '../database/sql.ts';

/** For how long a holder may be silent, in seconds: an export goes on in another process after that and a look or two. */
export const leaseSeconds = 7;

export interface Lease {
  readonly exportId: string;
  readonly holder: string;
  readonly epoch: string;
}

/** An export with all that is needed to send for it; secrets are sealed. */
export interface LeasedExport {
  readonly lease: Lease;
  readonly position: number;
  readonly folderId: string;
  readonly registryId: string | null;
  readonly brokerId: string | null;
  readonly target: unknown;
  readonly secrets: Buffer;
  readonly batch: unknown;
  readonly concurrency: number;
  readonly retry: unknown;
}

interface LeasedRow extends Omit<LeasedExport, 'lease' | 'position'> {
  readonly exportId: string;
  readonly epoch: string;
  readonly position: string;
}

/** SQL: exports that are sent for. Those that are paused, and those that receivers pull from, need no holder. */
export const needsHolder = `NOT exports.paused AND NOT exports.target ? 'pull'`;

/**
 * Says that this process lives, and answers how many exports each of those that live should hold. One counts for as long as
 * its leases would: what a dead one held has become free when it is not counted any more.
 */
export async function findShare(db: Sql, processId: string): Promise<number> {
  const { rows } = await db.query<{ share: number }>({
    name: 'find-export-share',
    text: `
      WITH own AS (UPDATE processes SET seen_at = clock_timestamp() WHERE id = $1), living AS (
        SELECT count(*) + 1 AS count FROM processes
        WHERE kind = 'export' AND id <> $1 AND seen_at > clock_timestamp() - interval '${leaseSeconds} seconds'
      )
      SELECT ceil(count(*)::float8 / (SELECT count FROM living)) AS share FROM exports WHERE ${needsHolder}`,
    values: [processId],
  });
  return rows[0]?.share ?? 0;
}

/** SQL: when its lease ended or will end; of an export that nobody had yet: when it was made. */
export const freeSince = 'coalesce(cursors.lease_until, exports.created_at)';
/** For how long an export without a holder is left to those that hold fewer, in seconds. One that counts may not take any. */
const deferenceSeconds = 1;

export interface Taking {
  readonly most: number;
  /** It holds its share: it takes what nobody else wants. */
  readonly hasShare?: boolean;
}

/**
 * Takes exports without a holder. Their settings are locked with their cursors: those of the beginning of the statement may have
 * been changed by then, and that change has ended the lease before this one.
 */
export async function takeLeases(
  db: Sql,
  holder: string,
  { most, hasShare = false }: Taking,
): Promise<readonly LeasedExport[]> {
  const { rows } = await db.query<LeasedRow>({
    name: 'take-export-leases',
    text: `
      WITH free AS MATERIALIZED (
        SELECT cursors.export_id, exports.* FROM export_cursors AS cursors JOIN exports ON exports.id = cursors.export_id
        WHERE (cursors.lease_until IS NULL AND NOT $3
            OR ${freeSince} <= clock_timestamp() - CASE WHEN $3 THEN interval '${deferenceSeconds} seconds' ELSE '0' END)
          AND ${needsHolder}
        ORDER BY cursors.export_id LIMIT $2 FOR UPDATE OF cursors SKIP LOCKED FOR SHARE OF exports SKIP LOCKED
      ), taken AS (
        UPDATE export_cursors AS cursors
        SET holder = $1, epoch = cursors.epoch + 1, lease_until = clock_timestamp() + interval '${leaseSeconds} seconds'
        FROM free WHERE cursors.export_id = free.export_id
        RETURNING cursors.export_id, cursors.epoch, cursors.position
      )
      SELECT taken.export_id AS "exportId", taken.epoch, taken.position, folder_id AS "folderId", registry_id AS "registryId",
             broker_id AS "brokerId", target, secrets, batch, concurrency, retry
      FROM taken JOIN free USING (export_id)`,
    values: [holder, most, hasShare],
  });
  return rows.map(({ exportId, epoch, position, ...rest }) => ({
    lease: { exportId, holder, epoch },
    position: Number(position),
    ...rest,
  }));
}

/** Renews what is still held, and answers the IDs of those. */
export async function renewLeases(db: Sql, leases: readonly Lease[]): Promise<ReadonlySet<string>> {
  if (leases.length === 0) return new Set();
  const { rows } = await db.query<{ exportId: string }>({
    name: 'renew-export-leases',
    text: `
      UPDATE export_cursors AS cursors SET lease_until = clock_timestamp() + interval '${leaseSeconds} seconds'
      FROM unnest($1::text[], $2::text[], $3::bigint[]) AS held(export_id, holder, epoch)
      WHERE cursors.export_id = held.export_id AND cursors.holder = held.holder AND cursors.epoch = held.epoch
      RETURNING cursors.export_id AS "exportId"`,
    values: [
      leases.map(({ exportId }) => exportId),
      leases.map(({ holder }) => holder),
      leases.map(({ epoch }) => epoch),
    ],
  });
  return new Set(rows.map(({ exportId }) => exportId));
}

/** Gives one export back, so that another process takes it at once. The epoch is used up: it cannot be renewed. */
export async function releaseLease(db: Sql, { exportId, holder, epoch }: Lease): Promise<void> {
  await db.query({
    name: 'release-export-lease',
    text: `
      UPDATE export_cursors SET lease_until = clock_timestamp(), epoch = epoch + 1
      WHERE export_id = $1 AND holder = $2 AND epoch = $3`,
    values: [exportId, holder, epoch],
  });
}

/** Gives all exports back. */
export async function releaseLeases(db: Sql, holder: string): Promise<void> {
  await db.query({
    text: `UPDATE export_cursors SET lease_until = clock_timestamp(), epoch = epoch + 1
           WHERE holder = $1`,
    values: [holder],
  });
}
