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

/** Takes exports without a holder, at most so many. Those that are paused, and those that receivers pull from, need none. */
export async function takeLeases(db: Sql, holder: string, most: number): Promise<readonly LeasedExport[]> {
  const { rows } = await db.query<LeasedRow>({
    name: 'take-export-leases',
    text: `
      WITH free AS MATERIALIZED (
        SELECT cursors.export_id FROM export_cursors AS cursors JOIN exports ON exports.id = cursors.export_id
        WHERE (cursors.lease_until IS NULL OR cursors.lease_until < clock_timestamp())
          AND NOT exports.paused AND NOT exports.target ? 'pull'
        ORDER BY cursors.export_id LIMIT $2 FOR UPDATE OF cursors SKIP LOCKED
      ), taken AS (
        UPDATE export_cursors AS cursors
        SET holder = $1, epoch = cursors.epoch + 1, lease_until = clock_timestamp() + interval '${leaseSeconds} seconds'
        FROM free WHERE cursors.export_id = free.export_id
        RETURNING cursors.export_id, cursors.epoch, cursors.position
      )
      SELECT taken.export_id AS "exportId", taken.epoch, taken.position, folder_id AS "folderId", registry_id AS "registryId",
             broker_id AS "brokerId", target, secrets, batch, concurrency, retry
      FROM taken JOIN exports ON exports.id = taken.export_id`,
    values: [holder, most],
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

/** Gives exports back, so that another process takes them at once. */
export async function releaseLeases(db: Sql, holder: string): Promise<void> {
  await db.query({
    text: 'UPDATE export_cursors SET holder = NULL, lease_until = NULL WHERE holder = $1',
    values: [holder],
  });
}
