/** Folders: names that resources carry, which exist as soon as something is in them. */
import { Folder, folderIdParameter, ListFoldersQuery, ListFoldersResponse } from '@iotcore/contract';
import { everyFolder } from '@iotcore/model';
import type { Caller } from '../../auth/caller.ts';
import type { Access } from '../../pipeline/access.ts';
import { defineOperation } from '../../pipeline/operation.ts';
import { folder, nothing } from '../../pipeline/subject.ts';
import { cloudOperations, theCloud } from './cloud.ts';
import { nameIn } from './name-filter.ts';

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
  ...cloudOperations,
];

/** Undefined: all. */
function foldersSeenBy({ roleBindings }: Caller, access: Access): string[] | undefined {
  if (access.may('view', everyFolder)) return undefined;
  const bound = new Set(roleBindings.map(({ folderId }) => folderId));
  return [...bound].filter((folderId) => access.may('view', folderId));
}

function toFolder(id: string): Folder {
  return { id, cloudId: theCloud.id, name: id, status: 'ACTIVE' };
}
