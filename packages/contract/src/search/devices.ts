/** Devices by what is known of them, and whether they are connected. */
import { z } from 'zod';
import { component } from '../schema/component.ts';
import {
  deviceId,
  fingerprint,
  instant,
  labels,
  name,
  nextPageToken,
  paging,
  passwordId,
  registryId,
  text,
  timestamp,
} from '../schema/fields.ts';

const presences = ['ONLINE', 'NEVER_SEEN'] as const;
const maxLabelCharacters = 127;
const maxPrefixCharacters = 50;

const orders = ['ID', 'NAME', 'OLDEST', 'NEWEST'] as const;

const filters = ['presence', 'notSeenSince', 'label', 'namePrefix', 'idPrefix', 'orderBy'] as const;

export const FindDevicesQuery = z
  .strictObject({
    registryId,
    presence: z
      .enum(presences, `One of ${presences.join(', ')}.`)
      .meta({ description: 'ONLINE: connected now. NEVER_SEEN: never logged in.' })
      .optional(),
    notSeenSince: instant
      .meta({
        description: 'Logged in once, not connected now, and not since this time; longest away first.',
      })
      .optional(),
    label: text(maxLabelCharacters, 'With this label: `key=value`.')
      .refine((value) => value.indexOf('=') > 0, 'It looks like key=value.')
      .optional(),
    namePrefix: text(maxPrefixCharacters, 'With a name that begins so.')
      .refine((value) => value !== '', 'must not be empty')
      .optional(),
    idPrefix: text(maxPrefixCharacters, 'With an ID that begins so.')
      .refine((value) => value !== '', 'must not be empty')
      .optional(),
    orderBy: z
      .enum(orders, `One of ${orders.join(', ')}.`)
      .meta({
        description:
          'All of them. ID: the default. NAME: those that have one. OLDEST, NEWEST: by their creation.',
      })
      .optional(),
    ...paging(),
  })
  .refine((query) => filters.filter((one) => query[one] !== undefined).length <= 1, {
    message: `only one of ${filters.join(', ')} may be given: each has an index, and an order, of its own`,
    path: ['presence'],
  });

const FoundDevice = component(
  'FoundDevice',
  z.object({
    id: deviceId,
    name: name.optional(),
    labels: labels.optional(),
    createdAt: timestamp,
    online: z.boolean(),
    sessions: z.int().describe('That it has now.'),
    connectedAt: timestamp.optional().describe('When the oldest of them began.'),
    address: z
      .string()
      .optional()
      .describe('Where that comes from; of one that is not connected, where it last came from.'),
    lastOnlineTime: timestamp.optional(),
    disabled: z.boolean().optional().describe('Present if an operator has disabled it.'),
  }),
  {
    description: 'A device, and whether it is there.',
    examples: [
      {
        id: 'are9gnqohp4npug37mbs',
        name: 'pump-7',
        createdAt: '2026-11-22T15:38:28.412Z',
        online: true,
        sessions: 1,
        connectedAt: '2026-11-22T15:40:01.100Z',
        address: '192.0.2.7',
        lastOnlineTime: '2026-11-22T15:41:00.000Z',
      },
    ],
  },
);
export type FoundDevice = z.output<typeof FoundDevice>;

export const FindDevicesResponse = component(
  'FindDevicesResponse',
  z.object({
    devices: z.array(FoundDevice),
    nextPageToken: nextPageToken.optional(),
    previousPageToken: z
      .string()
      .meta({ description: 'Names the page before. Absent on the first one.' })
      .optional(),
  }),
  {
    description:
      'A page of devices, by ID unless said otherwise; by name for a prefix of it, and by the day on which they were last seen for those that were not.',
  },
);

const LiveSession = component(
  'LiveSession',
  z.object({
    clientId: z.string(),
    address: z.string(),
    tls: z.boolean(),
    connectedAt: timestamp,
    nodeId: z.string().describe('The MQTT server that holds it.'),
    passwordId: passwordId.optional().describe('Of the password that opened it.'),
    certificateFingerprint: fingerprint.optional().describe('Of the certificate that opened it.'),
  }),
  {
    description: 'A session that is live.',
    examples: [
      {
        clientId: 'pump-7',
        address: '192.0.2.7',
        tls: true,
        connectedAt: '2026-11-22T15:40:01.100Z',
        nodeId: '0b5c9fd4-3b1f-4d6a-9a34-6f1c2b7d8e90',
        passwordId: 'are4ho2p3c0p6e7fo5sm',
      },
    ],
  },
);

export const ListSessionsResponse = component(
  'ListSessionsResponse',
  z.object({ sessions: z.array(LiveSession) }),
  { description: 'The live sessions of a registry, device or broker itself, oldest first; the first 1,000.' },
);
