import { z } from 'zod';
import { component } from '../schema/component.ts';
import {
  description,
  deviceId,
  folderId,
  labels,
  name,
  nextPageToken,
  paging,
  registryId,
  timestamp,
} from '../schema/fields.ts';
import { numbered } from '../schema/proto-json.ts';
import { LogOptions } from './log-options.ts';
import { createFields, updateFields } from './top-level.ts';

export const RegistryStatus = numbered(
  component('RegistryStatus', z.enum(['CREATING', 'ACTIVE', 'DELETING', 'DISABLED']), {
    description: 'While a registry is DISABLED, neither it nor its devices can connect.',
  }),
  1,
);

export const Registry = component(
  'Registry',
  z.object({
    id: registryId,
    folderId,
    createdAt: timestamp,
    name: name.optional(),
    description: description.optional(),
    labels: labels.optional(),
    status: RegistryStatus,
    logGroupId: z.string().optional(),
    logOptions: LogOptions.optional(),
  }),
  {
    description:
      'A set of devices: it reads their telemetry and sends them commands. Empty fields are absent.',
    examples: [
      {
        id: 'are0qv3m5ptk1s8c2d4b',
        folderId: 'default',
        createdAt: '2026-11-22T15:38:28.412Z',
        name: 'greenhouse',
        labels: { site: 'north' },
        status: 'ACTIVE',
      },
    ],
  },
);
export type Registry = z.output<typeof Registry>;

export const ListRegistriesQuery = z.strictObject({ folderId, ...paging() });
export const GetRegistryByNameQuery = z.strictObject({ folderId, registryName: name });
export const ListDeviceTopicAliasesQuery = z.strictObject(paging());

export const ListRegistriesResponse = component(
  'ListRegistriesResponse',
  z.object({ registries: z.array(Registry), nextPageToken: nextPageToken.optional() }),
  { description: 'A page of the registries of a folder, ordered by ID.' },
);

export const CreateRegistryRequest = component('CreateRegistryRequest', z.strictObject(createFields), {
  description: 'A registry to create.',
  examples: [
    {
      folderId: 'default',
      name: 'greenhouse',
      labels: { site: 'north' },
      password: 'Correct-Horse-7-Battery',
    },
  ],
});

export const UpdateRegistryRequest = component('UpdateRegistryRequest', z.strictObject(updateFields), {
  description: 'What to change of a registry.',
  examples: [{ updateMask: 'name', name: 'greenhouse-2' }],
});

const DeviceAlias = component(
  'DeviceAlias',
  z.object({ deviceId, topicPrefix: z.string(), alias: z.string() }),
  {
    description: 'A topic alias of a device.',
    examples: [
      { deviceId: 'are9gnqohp4npug37mbs', topicPrefix: '$devices/are9gnqohp4npug37mbs/', alias: 'pump7/' },
    ],
  },
);

export const ListDeviceTopicAliasesResponse = component(
  'ListDeviceTopicAliasesResponse',
  z.object({ aliases: z.array(DeviceAlias), nextPageToken: nextPageToken.optional() }),
  { description: 'A page of the topic aliases of all devices of a registry, ordered by device ID.' },
);
