/** Removal of what has been kept long enough, in small transactions that hold nobody up. */
import type { PrismaClient } from '../generated/client.ts';

export interface Retention {
  readonly connectionLogDays: number;
  readonly idempotencyKeyHours: number;
}

export interface Pruned {
  readonly connectionLog: number;
  readonly idempotencyKeys: number;
}

/** Rows removed by one statement. */
const batchRows = 5000;

/** Removes what is older than its retention. Stops between two batches when `signal` aborts. */
export async function prune(
  prisma: PrismaClient,
  retention: Retention,
  now: Date,
  signal: AbortSignal,
): Promise<Pruned> {
  const logsBefore = new Date(now.getTime() - retention.connectionLogDays * 86_400_000);
  const keysBefore = new Date(now.getTime() - retention.idempotencyKeyHours * 3_600_000);
  return {
    connectionLog: await inBatches(
      () => prisma.$executeRaw`
        DELETE FROM connection_log WHERE id IN (SELECT id FROM connection_log WHERE at < ${logsBefore} LIMIT ${batchRows})`,
      signal,
    ),
    idempotencyKeys: await inBatches(
      () => prisma.$executeRaw`
        DELETE FROM idempotency_keys WHERE ctid IN
          (SELECT ctid FROM idempotency_keys WHERE created_at < ${keysBefore} LIMIT ${batchRows})`,
      signal,
    ),
  };
}

async function inBatches(removeSome: () => Promise<number>, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (;;) {
    const count = await removeSome();
    removed += count;
    if (count < batchRows || signal.aborted) return removed;
  }
}
