import type { Sql } from '../database/sql.ts';
import { createSortableId } from './sortable-ids.ts';

/** An event of a call that left no operation: it was refused, or changed much at once. */
export interface NewAuditEvent {
  readonly at: Date;
  readonly eventType: string;
  /** Undefined: the caller was not authenticated. */
  readonly callerId: string | undefined;
  /** Empty: from more than one place. */
  readonly remoteIp: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly folderId: string | undefined;
  readonly resourceId: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  /** 0, or a code of google.rpc. */
  readonly code: number;
}

/** One statement, however many events. */
export async function writeAuditEvents(db: Sql, events: readonly NewAuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map((event) => ({ id: createSortableId(event.at), ...event }));
  await db.query({
    text: `INSERT INTO audit_events
       (id, at, event_type, caller_id, remote_ip, user_agent, request_id, folder_id, resource_id, details, code)
     SELECT id, at, "eventType", "callerId", "remoteIp", "userAgent", "requestId", "folderId", "resourceId", details, code
     FROM jsonb_to_recordset($1::jsonb) AS row (
       id text, at timestamptz, "eventType" text, "callerId" text, "remoteIp" text, "userAgent" text, "requestId" text,
       "folderId" text, "resourceId" text, details jsonb, code int)`,
    values: [JSON.stringify(rows)],
  });
}
