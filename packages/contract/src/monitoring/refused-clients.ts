/** Clients that the MQTT server refused. */
import { z } from 'zod';
import { component } from '../schema/component.ts';
import { fingerprint, folderId, instant, nextPageToken, paging, text, timestamp } from '../schema/fields.ts';

export const RefusedClient = component(
  'RefusedClient',
  z.object({
    claimedId: z.string().optional().describe('The user name that it gave, whatever that is.'),
    certificateFingerprint: fingerprint.optional(),
    resourceKind: z
      .enum(['REGISTRY', 'DEVICE', 'BROKER'])
      .optional()
      .describe('Of what kind the resource is that it seems to be. Absent if there was none.'),
    folderId: z.string().optional().describe('The folder of that resource.'),
    address: z.string().describe("The client's IP address; behind a proxy the one in its PROXY header."),
    clientId: z.string().optional().describe('That of the last time.'),
    tls: z.boolean().describe('Whether it came to the port for TLS.'),
    reason: z.string().describe('One of a fixed set: words to search for, which never change.'),
    rule: z.string().describe('What would have been right.'),
    detail: z.string().optional().describe('What else is known of the last time: a topic, a code of TLS.'),
    firstTime: timestamp,
    lastTime: timestamp,
    count: z.int().describe('How often it was refused.'),
  }),
  {
    description:
      'A client that was refused, or whose session was ended for what it did: one entry for all times with the same claim, certificate, address and reason.',
    examples: [
      {
        claimedId: 'are9gnqohp4npug37mbs',
        address: '192.0.2.7',
        clientId: 'pump-7',
        tls: true,
        reason: 'unknown user name or wrong password',
        rule: 'The user name must be the ID of a registry, device or broker, and the password one of its passwords.',
        firstTime: '2026-11-22T15:38:28.412Z',
        lastTime: '2026-11-22T15:39:28.412Z',
        count: 7,
      },
    ],
  },
);
export type RefusedClient = z.output<typeof RefusedClient>;

const filters = ['KNOWN', 'UNKNOWN'] as const;

export const ListRefusedClientsQuery = z.strictObject({
  folderId: folderId
    .optional()
    .describe(
      'Only clients that seem to be resources of this folder. Needed unless the caller may view every folder.',
    ),
  filter: z
    .enum(filters, `One of ${filters.join(', ')}.`)
    .meta({
      description:
        'KNOWN: a resource has the claimed ID or the certificate now. UNKNOWN: it claims an ID or shows a certificate, and none has. Absent: all, those that claim nothing too.',
    })
    .optional(),
  claimedId: text(128).optional(),
  certificateFingerprint: fingerprint.optional(),
  address: text(50)
    .refine((given) => !given.includes('/'), 'One address: ranges are not looked for.')
    .optional(),
  reason: text(100).optional(),
  since: instant.meta({ description: 'Refused at this time or later.' }).optional(),
  until: instant.meta({ description: 'Not refused since; the last time was before.' }).optional(),
  ...paging(),
});

export const ListRefusedClientsResponse = component(
  'ListRefusedClientsResponse',
  z.object({ refusedClients: z.array(RefusedClient), nextPageToken: nextPageToken.optional() }),
  {
    description:
      'A page of refused clients, by the time of their last refusal, newest first. One that is refused again while pages are read moves to the first.',
  },
);
