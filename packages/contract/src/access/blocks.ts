/** What an operator keeps out of MQTT: single devices and brokers, and address ranges. */
import { checkNetwork } from '@iotcore/model';
import { z } from 'zod';
import { component } from '../schema/component.ts';
import { checked, folderId, instant, nextPageToken, paging, text, timestamp } from '../schema/fields.ts';

const maxNoteCharacters = 256;
const note = text(maxNoteCharacters, 'The reason, for later readers.').optional();
const endsAt = instant.meta({ description: 'When it ends by itself; in the future.' });

export const DisableRequest = component(
  'DisableRequest',
  z.strictObject({
    endsAt: endsAt
      .meta({ description: 'When it ends by itself. Absent: not before it is enabled.' })
      .optional(),
    note,
  }),
  {
    description: 'How long something is disabled, and why. Replaces what was said before.',
    examples: [{ endsAt: '2026-12-15T00:00:00Z', note: 'lost on the site, SIM card blocked too' }],
  },
);

export const DisabledResource = component(
  'DisabledResource',
  z.object({
    resourceKind: z.enum(['DEVICE', 'BROKER']),
    resourceId: z.string(),
    folderId: z.string(),
    endsAt: timestamp.optional().describe('Absent: it does not end by itself.'),
    note: z.string().optional(),
    createdAt: timestamp,
    createdBy: z.string().describe('The account that disabled it.'),
  }),
  {
    description: 'A device or broker that may not connect.',
    examples: [
      {
        resourceKind: 'DEVICE',
        resourceId: 'are9gnqohp4npug37mbs',
        folderId: 'plant',
        note: 'lost on the site',
        createdAt: '2026-11-22T15:38:28.412Z',
        createdBy: 'are3a7pqv2k9dn0hmtc5',
      },
    ],
  },
);
export type DisabledResource = z.output<typeof DisabledResource>;

export const ListDisabledResourcesQuery = z.strictObject({
  folderId: folderId.optional().describe('Needed unless the caller may view every folder.'),
  ...paging(),
});

export const ListDisabledResourcesResponse = component(
  'ListDisabledResourcesResponse',
  z.object({
    disabledResources: z.array(DisabledResource),
    nextPageToken: nextPageToken.optional(),
  }),
  { description: 'A page of the devices and brokers that are disabled now, by their IDs.' },
);

export const networkBlockId = text(50, 'ID of the network block.');

/** Compared with the address of each new connection. */
export const maxNetworkBlocks = 1000;

export const CreateNetworkBlockRequest = component(
  'CreateNetworkBlockRequest',
  z.strictObject({
    network: checked((value) => checkNetwork(value), {
      description: 'In CIDR form: `192.0.2.0/24`, `2001:db8::/32`, one address as `192.0.2.7/32`.',
    }),
    endsAt,
    note,
  }),
  {
    description: 'Addresses that may not connect for a while.',
    examples: [{ network: '192.0.2.0/24', endsAt: '2026-12-15T00:00:00Z', note: 'guesses passwords' }],
  },
);

export const NetworkBlock = component(
  'NetworkBlock',
  z.object({
    id: z.string(),
    network: z.string(),
    endsAt: timestamp,
    note: z.string().optional(),
    createdAt: timestamp,
    createdBy: z.string(),
  }),
  {
    description: 'Addresses that may not connect until a time.',
    examples: [
      {
        id: 'arej0ih8mc2v5q1rt7nd',
        network: '192.0.2.0/24',
        endsAt: '2026-12-15T00:00:00.000Z',
        note: 'guesses passwords',
        createdAt: '2026-11-22T15:38:28.412Z',
        createdBy: 'are3a7pqv2k9dn0hmtc5',
      },
    ],
  },
);
export type NetworkBlock = z.output<typeof NetworkBlock>;

export const ListNetworkBlocksResponse = component(
  'ListNetworkBlocksResponse',
  z.object({ networkBlocks: z.array(NetworkBlock) }),
  { description: 'Every network block that has not ended.' },
);
