/** Audit events: the records of what callers changed, or tried to. */
import { z } from 'zod';
import { component } from '../schema/component.ts';
import { folderId, nextPageToken, paging, text, timeRange, timestamp } from '../schema/fields.ts';

const resourceKinds = ['REGISTRY', 'DEVICE', 'BROKER', 'SERVICE_ACCOUNT', 'EXPORT'] as const;
const ResourceKind = component('ResourceKind', z.enum(resourceKinds, `One of ${resourceKinds.join(', ')}.`), {
  description: 'Of what kind a resource is.',
});

export const AuditEvent = component(
  'AuditEvent',
  z.object({
    id: z.string(),
    at: timestamp,
    eventType: z
      .string()
      .describe('Under the names of the old service: `devices.CreateDevice`, `broker.AddBrokerPassword`.'),
    callerId: z
      .string()
      .optional()
      .describe('Absent if the call had no valid credentials, and where nobody called: an adopted password.'),
    remoteIp: z.string(),
    userAgent: z.string().optional(),
    requestId: z.string(),
    folderId: z.string().optional(),
    resourceKind: ResourceKind.optional().describe('Absent if it is about no resource.'),
    resourceId: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
    code: z.int().describe('0, or the google.rpc code of the refusal.'),
  }),
  { description: 'The record of a mutating call, also of a refused one.' },
);
export type AuditEvent = z.output<typeof AuditEvent>;

export const ListAuditEventsQuery = z.strictObject({
  folderId: folderId.optional().describe('Needed unless the caller is an admin of every folder.'),
  resourceKind: ResourceKind.optional().describe(
    'With `resourceId`: after a resource is deleted, its ID may be that of another kind.',
  ),
  resourceId: text(50).optional(),
  callerId: text(50).optional(),
  eventType: text(100).optional(),
  ...timeRange,
  ...paging(),
});

export const ListAuditEventsResponse = component(
  'ListAuditEventsResponse',
  z.object({ auditEvents: z.array(AuditEvent), nextPageToken: nextPageToken.optional() }),
  { description: 'A page of audit events, newest first.' },
);
