/** How far a migration has come: which devices were seen, have credentials, had their password adopted. */
import { z } from 'zod';
import { component } from '../schema/component.ts';
import {
  brokerId,
  deviceId,
  folderId,
  nextPageToken,
  paging,
  registryId,
  timestamp,
} from '../schema/fields.ts';

export const MigrationStatusQuery = z
  .strictObject({
    folderId: folderId.optional(),
    registryId: registryId.optional(),
    brokerId: brokerId.optional(),
  })
  .refine((query) => Object.values(query).filter((value) => value !== undefined).length === 1, {
    error: 'Exactly one of folderId, registryId and brokerId.',
  });

const count = z.int();

const adoption = component('OpenAdoption', z.object({ endsAt: timestamp, networks: z.array(z.string()) }), {
  description: 'Password adoption that is on. Empty networks: from anywhere.',
})
  .optional()
  .describe('Absent while it is off, or after its end.');

/** What a registry, device or broker itself has to log in with. */
const ownCredentials = {
  hasCertificate: z.boolean(),
  hasPassword: z.boolean(),
  adoptedAt: timestamp.optional().describe('When its password was adopted. Absent if it has no adopted one.'),
  passwordId: z.string().optional().describe('The adopted password: delete it to reject it.'),
  idConflict: z
    .boolean()
    .optional()
    .describe(
      'True if another resource of the installation had its ID already when that became impossible: none of them can connect until all but one are deleted. Else absent.',
    ),
};

const RegistryMigration = component(
  'RegistryMigration',
  z.object({
    registryId,
    name: z.string().optional(),
    folderId,
    devices: count,
    seen: count.describe('Devices that have ever logged in.'),
    notSeen: count,
    seenLastDay: count.describe('Devices that logged in for the first time within the last 24 hours.'),
    withCertificate: count,
    withPassword: count,
    adopted: count.describe('Devices whose password was adopted.'),
    withoutCredential: count.describe('Devices with neither certificate nor password: they cannot log in.'),
    devicesInConflict: count
      .optional()
      .describe('Devices whose ID another resource of the installation has too. Absent if there are none.'),
    ...ownCredentials,
    adoption,
  }),
  {
    description:
      'How far a registry has come. hasCertificate, hasPassword, adoptedAt and passwordId are about the registry itself.',
  },
);
export type RegistryMigration = z.output<typeof RegistryMigration>;

const BrokerMigration = component(
  'BrokerMigration',
  z.object({ brokerId, name: z.string().optional(), folderId, ...ownCredentials, adoption }),
  { description: 'How far a broker has come.' },
);
export type BrokerMigration = z.output<typeof BrokerMigration>;

export const MigrationStatus = component(
  'MigrationStatus',
  z.object({ registries: z.array(RegistryMigration), brokers: z.array(BrokerMigration) }),
  { description: 'How far a move has come, oldest registries and brokers first.' },
);

const filters = ['NOT_SEEN', 'WITHOUT_CREDENTIAL', 'ADOPTED', 'ID_CONFLICT'] as const;

export const ListMigrationDevicesQuery = z.strictObject({
  filter: z
    .enum(filters, `One of ${filters.join(', ')}.`)
    .meta({
      description:
        'NOT_SEEN: never logged in. WITHOUT_CREDENTIAL: neither certificate nor password. ADOPTED: with an adopted password. ID_CONFLICT: another resource has its ID too. Absent: all.',
    })
    .optional(),
  ...paging(),
});
export type MigrationFilter = (typeof filters)[number];

const MigrationDevice = component(
  'MigrationDevice',
  z.object({
    deviceId,
    name: z.string().optional(),
    createdAt: timestamp,
    firstSeenAt: timestamp.optional().describe('When it logged in first. Absent if it never has.'),
    lastAuthTime: timestamp.optional(),
    ...ownCredentials,
  }),
  { description: 'How far a device has come.' },
);
export type MigrationDevice = z.output<typeof MigrationDevice>;

export const ListMigrationDevicesResponse = component(
  'ListMigrationDevicesResponse',
  z.object({ devices: z.array(MigrationDevice), nextPageToken: nextPageToken.optional() }),
  { description: 'A page of the devices of a registry, oldest first.' },
);
