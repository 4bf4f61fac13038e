import { type AuditEvent, ListAuditEventsQuery, ListAuditEventsResponse } from '@iotcore/contract';
import { EVERY_FOLDER } from '@iotcore/model';
import * as control from '@iotcore/store/control';
import { defineRoute } from '../../../../routing/route.ts';
import { text } from '../../../../wire/json.ts';
import { instant } from '../../../shared/instant.ts';

export const auditEventRoutes = [
  defineRoute({
    method: 'GET',
    path: '/ext/v1/auditEvents',
    operationId: 'listAuditEvents',
    tag: 'ObservationService',
    summary: 'Lists audit events, newest first',
    permission: 'administer',
    query: ListAuditEventsQuery,
    response: ListAuditEventsResponse,
    async handler({ query, guard, db, page: request, nextPageToken }) {
      const { folderId, resourceId, callerId, eventType, since, until } = query;
      guard.folder(folderId ?? EVERY_FOLDER);
      const filter = {
        folderId,
        resourceId,
        callerId,
        eventType,
        since: instant(since),
        until: instant(until),
      };
      const page = await control.listAuditEvents(db, filter, request);
      return { auditEvents: page.rows.map(toAuditEvent), ...nextPageToken(page) };
    },
  }),
];

function toAuditEvent(row: control.AuditEventRow): AuditEvent {
  return {
    id: row.id,
    at: row.at.toISOString(),
    eventType: row.eventType,
    ...text('callerId', row.callerId),
    remoteIp: row.remoteIp,
    ...text('userAgent', row.userAgent),
    requestId: row.requestId,
    ...text('folderId', row.folderId),
    ...text('resourceId', row.resourceId),
    details: row.details as Record<string, unknown>,
    code: row.code,
  };
}
