import { type AuditEvent, ListAuditEventsQuery, ListAuditEventsResponse } from '@iotcore/contract';
import { everyFolder } from '@iotcore/model';
import type { AuditEventRow } from '@iotcore/store/control';
import { text } from '../messages/json.ts';
import { defineOperation } from '../pipeline/operation.ts';
import { folder } from '../pipeline/subject.ts';
import { instant } from './shared/instant.ts';

export const auditEventOperations = [
  defineOperation({
    name: 'listAuditEvents',
    service: 'ObservationService',
    summary: 'Lists audit events, newest first',
    permission: 'administer',
    message: ListAuditEventsQuery,
    output: ListAuditEventsResponse,
    subject: ({ folderId }) => folder(folderId ?? everyFolder),
    async run({ input, read, page: request, nextPageToken }) {
      const { folderId, resourceKind, resourceId, callerId, eventType, since, until } = input;
      const filter = {
        folderId,
        resourceKind: resourceKind?.toLowerCase(),
        resourceId,
        callerId,
        eventType,
        since: instant(since),
        until: instant(until),
      };
      const page = await read.auditEvents.list(filter, request);
      return { auditEvents: page.rows.map(toAuditEvent), ...nextPageToken(page) };
    },
  }),
];

function toAuditEvent(row: AuditEventRow): AuditEvent {
  return {
    id: row.id,
    at: row.at.toISOString(),
    eventType: row.eventType,
    ...text('callerId', row.callerId),
    remoteIp: row.remoteIp,
    ...text('userAgent', row.userAgent),
    requestId: row.requestId,
    ...text('folderId', row.folderId),
    ...(row.resourceKind !== null && { resourceKind: toKind(row.resourceKind) }),
    ...text('resourceId', row.resourceId),
    details: row.details as Record<string, unknown>,
    code: row.code,
  };
}

function toKind(kind: string): NonNullable<AuditEvent['resourceKind']> {
  return kind.toUpperCase() as NonNullable<AuditEvent['resourceKind']>;
}
