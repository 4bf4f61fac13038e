/**
 * Removal of what has been kept long enough, in small transactions that hold up no others. Of several API processes one
 * does it at a time: each statement takes a lock for itself, and removes nothing while another process has it.
 */
import { Prisma, type PrismaClient } from '../../generated/client.ts';
import { earliestSortableId } from '../../records/sortable-ids.ts';

export interface Retention {
  readonly connectionLogDays: number;
  readonly operationDays: number;
  readonly auditEventDays: number;
  readonly idempotencyKeyHours: number;
}

export interface Pruned {
  readonly connectionLog: number;
  readonly operations: number;
  readonly auditEvents: number;
  readonly idempotencyKeys: number;
  readonly refusedClients: number;
  readonly browserSessions: number;
  readonly signInCodes: number;
}

/** Rows removed by one statement. */
const batchRows = 5000;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Removes what is older than its retention. Stops between two batches when `signal` aborts. */
export async function prune(
  prisma: PrismaClient,
  retention: Retention,
  now: Date,
  signal: AbortSignal,
): Promise<Pruned> {
  const before = (ageMs: number) => new Date(now.getTime() - ageMs);
  const removeAll = (table: string, key: string, condition: Prisma.Sql) =>
    inBatches(() => removeSome(prisma, Prisma.raw(table), Prisma.raw(key), condition), signal);
  const operationsEnd = earliestSortableId(before(retention.operationDays * dayMs));
  return {
    connectionLog: await removeAll(
      'connection_log',
      'id',
      Prisma.sql`at < ${before(retention.connectionLogDays * dayMs)}`,
    ),
    // Their IDs sort by time, so the primary key finds the old ones.
    operations: await removeAll('operations', 'id', Prisma.sql`id < ${operationsEnd}`),
    auditEvents: await removeAll(
      'audit_events',
      'id',
      Prisma.sql`at < ${before(retention.auditEventDays * dayMs)}`,
    ),
    idempotencyKeys: await removeAll(
      'idempotency_keys',
      'ctid',
      Prisma.sql`created_at < ${before(retention.idempotencyKeyHours * hourMs)}`,
    ),
    // As long as the lines of a connection log that tell of the same.
    refusedClients: await removeAll(
      'refused_clients',
      'id',
      Prisma.sql`last_at < ${before(retention.connectionLogDays * dayMs)}`,
    ),
    browserSessions: await removeAll('browser_sessions', 'id', Prisma.sql`expires_at < ${now}`),
    signInCodes: await removeAll('sign_in_codes', 'ctid', Prisma.sql`expires_at < ${now}`),
  };
}

function removeSome(
  prisma: PrismaClient,
  table: Prisma.Sql,
  key: Prisma.Sql,
  condition: Prisma.Sql,
): Promise<number> {
  return prisma.$executeRaw`
    WITH lock AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(hashtextextended('housekeeping', 0)) AS mine)
    DELETE FROM ${table} WHERE ${key} = ANY (ARRAY(
      SELECT ${key} FROM ${table} WHERE ${condition} AND (SELECT mine FROM lock) LIMIT ${batchRows}))`;
}

async function inBatches(removeSome: () => Promise<number>, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (;;) {
    const count = await removeSome();
    removed += count;
    if (count < batchRows || signal.aborted) return removed;
  }
}
