/** What a caller may see, by where it is and how it is called. */
import { z } from 'zod';
import { component } from '../schema/component.ts';
import { folderId, name, nextPageToken, paging, registryId, text } from '../schema/fields.ts';

const maxQueryCharacters = 50;

export const SearchResourcesQuery = z.strictObject({
  query: text(
    maxQueryCharacters,
    'The beginning of an ID or name; upper and lower case are different.',
  ).refine((value) => value !== '', 'must not be empty'),
  folderId: folderId.optional().describe('Absent: all folders that the caller may see.'),
});

export const FoundResource = component(
  'FoundResource',
  z.object({
    kind: z.enum(['REGISTRY', 'DEVICE', 'BROKER']),
    id: z.string(),
    name: name.optional(),
    folderId: z.string(),
    registryId: registryId.optional().describe('Of a device.'),
  }),
  {
    description: 'A resource that was found.',
    examples: [
      {
        kind: 'DEVICE',
        id: 'are9gnqohp4npug37mbs',
        name: 'pump-7',
        folderId: 'plant',
        registryId: 'areu9hs1m77evtqqbvn5',
      },
    ],
  },
);
export type FoundResource = z.output<typeof FoundResource>;

export const SearchResourcesResponse = component(
  'SearchResourcesResponse',
  z.object({ resources: z.array(FoundResource) }),
  {
    description:
      'The first 20: what has just this ID or name, then registries, then brokers, then devices, each by name.',
  },
);

export const FolderCounts = component(
  'FolderCounts',
  z.object({ id: z.string(), registries: z.int(), devices: z.int(), brokers: z.int() }),
  {
    description: 'A folder, and how much of each kind it holds.',
    examples: [{ id: 'plant', registries: 3, devices: 40_000, brokers: 1 }],
  },
);
export type FolderCounts = z.output<typeof FolderCounts>;

export const RegistryCounts = component('RegistryCounts', z.object({ id: z.string(), devices: z.int() }), {
  description: 'A registry, and how many devices it has.',
  examples: [{ id: 'areu9hs1m77evtqqbvn5', devices: 40_000 }],
});
export type RegistryCounts = z.output<typeof RegistryCounts>;

export const ListRegistryCountsQuery = z.strictObject({ folderId, ...paging() });
export const ListRegistryCountsResponse = component(
  'ListRegistryCountsResponse',
  z.object({ registries: z.array(RegistryCounts), nextPageToken: nextPageToken.optional() }),
  { description: 'A page of the registries of a folder, by their IDs.' },
);

export const ListFolderCountsQuery = z.strictObject(paging());
export const ListFolderCountsResponse = component(
  'ListFolderCountsResponse',
  z.object({ folders: z.array(FolderCounts), nextPageToken: nextPageToken.optional() }),
  { description: 'A page of folders that the caller may see, by their IDs.' },
);
