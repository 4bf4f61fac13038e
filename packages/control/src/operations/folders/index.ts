/** Folders: names that resources carry, which exist as soon as something is in them. */
import {
  Folder,
  type FolderCounts,
  folderIdParameter,
  ListFolderCountsQuery,
  ListFolderCountsResponse,
  ListFoldersQuery,
  ListFoldersResponse,
  ListRegistryCountsQuery,
  ListRegistryCountsResponse,
} from '@iotcore/contract';
import type { FolderCountsRow } from '@iotcore/store/control';
import { defineOperation } from '../../pipeline/operation.ts';
import { folder, nothing } from '../../pipeline/subject.ts';
import { cloudOperations, theCloud } from './cloud.ts';
import { nameIn } from './name-filter.ts';
import { foldersSeenBy } from './seen-by.ts';

const service = 'ResourceManagerService';

export const folderOperations = [
  defineOperation({
    name: 'getFolder',
    service,
    summary: 'Returns a folder',
    description: 'Any ID is one of a folder: folders need no creation.',
    permission: 'view',
    ids: { folderId: folderIdParameter },
    output: Folder,
    subject: ({ folderId }) => folder(folderId),
    run: async ({ input: { folderId } }) => toFolder(folderId),
  }),

  defineOperation({
    name: 'listFolders',
    service,
    summary: 'Lists the folders that hold something and that the caller may see',
    permission: 'view',
    message: ListFoldersQuery,
    output: ListFoldersResponse,
    subject: () => nothing,
    async run({
      input: { cloudId = theCloud.id, filter },
      caller,
      access,
      read,
      page: request,
      nextPageToken,
    }) {
      const name = nameIn(filter);
      if (cloudId !== theCloud.id) return { folders: [] };
      const seen = foldersSeenBy(caller, access);
      const among = name === undefined ? seen : [name].filter((one) => seen?.includes(one) ?? true);
      const page = await read.folders.list({ among }, request);
      return { folders: page.rows.map(toFolder), ...nextPageToken(page) };
    },
  }),

  defineOperation({
    name: 'listFolderCounts',
    service: 'ObservationService',
    summary: 'Lists the folders that the caller may see, with how much they hold',
    permission: 'view',
    message: ListFolderCountsQuery,
    output: ListFolderCountsResponse,
    subject: () => nothing,
    async run({ caller, access, read, page: request, nextPageToken }) {
      const page = await read.folderCounts.list({ among: foldersSeenBy(caller, access) }, request);
      return { folders: page.rows.map(toFolderCounts), ...nextPageToken(page) };
    },
  }),

  defineOperation({
    name: 'listRegistryCounts',
    service: 'ObservationService',
    summary: 'Lists the registries of a folder, with how many devices each has',
    permission: 'view',
    message: ListRegistryCountsQuery,
    output: ListRegistryCountsResponse,
    subject: ({ folderId }) => folder(folderId),
    async run({ input: { folderId }, read, page: request, nextPageToken }) {
      const page = await read.registryCounts.list(folderId, request);
      const registries = page.rows.map(({ id, devices }) => ({ id, devices: Number(devices) }));
      return { registries, ...nextPageToken(page) };
    },
  }),
  ...cloudOperations,
];

function toFolderCounts({ id, registries, devices, brokers }: FolderCountsRow): FolderCounts {
  return { id, registries: Number(registries), devices: Number(devices), brokers: Number(brokers) };
}

function toFolder(id: string): Folder {
  return { id, cloudId: theCloud.id, name: id, status: 'ACTIVE' };
}
