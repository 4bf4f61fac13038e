import { sqlOf } from '../../database/sql.ts';
import type { AuditEvent } from '../../generated/client.ts';
import { writeAuditEvents } from '../../records/audit-events.ts';
import type { CallFacts } from '../../records/record-call.ts';
import { type Db, type Page, type PageRequest, toPage } from '../db.ts';

export type AuditEventRow = AuditEvent;

/** The caller, its address and the operation, for a record of its own. */
export type AuditedCall = Omit<CallFacts, 'description'>;

/** What a call did in one folder. */
export interface DoneInFolder {
  readonly folderId: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Records a call that has no operation, in the transaction of what it did: an event for each folder. */
export async function recordDone(
  tx: Db,
  { callerId, remoteIp, userAgent, requestId, eventType }: AuditedCall,
  at: Date,
  done: readonly DoneInFolder[],
): Promise<void> {
  const call = { at, callerId, remoteIp, userAgent, requestId, eventType, resourceId: undefined, code: 0 };
  await writeAuditEvents(
    sqlOf(tx),
    done.map(({ folderId, details }) => ({ ...call, folderId, details })),
  );
}

export interface AuditFilter {
  /** Undefined: every folder, and events of none. */
  readonly folderId: string | undefined;
  /** Without it, resources of any kind that have or had the ID. */
  readonly resourceKind: string | undefined;
  readonly resourceId: string | undefined;
  readonly callerId: string | undefined;
  readonly eventType: string | undefined;
  readonly since: Date | undefined;
  readonly until: Date | undefined;
}

/** Newest first: the IDs sort by time. */
export async function listAuditEvents(
  db: Db,
  filter: AuditFilter,
  { after, limit }: PageRequest,
): Promise<Page<AuditEventRow>> {
  const { since, until, folderId, resourceKind, resourceId, callerId, eventType } = filter;
  const rows = await db.auditEvent.findMany({
    where: {
      ...(folderId !== undefined && { folderId }),
      ...(resourceKind !== undefined && { resourceKind }),
      ...(resourceId !== undefined && { resourceId }),
      ...(callerId !== undefined && { callerId }),
      ...(eventType !== undefined && { eventType }),
      ...timeRange(since, until),
      ...(after !== undefined && { id: { lt: after } }),
    },
    orderBy: { id: 'desc' },
    take: limit + 1,
  });
  return toPage(rows, limit, (row) => row.id);
}

/** The condition on `at`; none where neither end is given. */
function timeRange(since: Date | undefined, until: Date | undefined) {
  if (since === undefined && until === undefined) return {};
  return { at: { ...(since && { gte: since }), ...(until && { lt: until }) } };
}
