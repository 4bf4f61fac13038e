/** Folders and the one cloud that they are in, as the old service's resource manager shows them. */
import { z } from 'zod';
import { component } from '../schema/component.ts';
import { folderId, nextPageToken, paging } from '../schema/fields.ts';

const cloudId = z.string().max(50, 'At most 50 characters.');
const filter = z.string().max(1000, 'At most 1000 characters.').optional();

export const folderIdParameter = folderId;
export const cloudIdParameter = cloudId;

export const Folder = component(
  'Folder',
  z.object({
    id: z.string(),
    cloudId: z.string(),
    name: z.string().describe('The same as its ID.'),
    status: z.literal('ACTIVE'),
  }),
  {
    description: 'A folder that holds something.',
    examples: [{ id: 'plant', cloudId: 'iotcore', name: 'plant', status: 'ACTIVE' }],
  },
);
export type Folder = z.output<typeof Folder>;

export const ListFoldersQuery = z.strictObject({ cloudId: cloudId.optional(), filter, ...paging() });
export const ListFoldersResponse = component(
  'ListFoldersResponse',
  z.object({ folders: z.array(Folder), nextPageToken: nextPageToken.optional() }),
  { description: 'A page of folders, by their IDs.' },
);

export const Cloud = z.object({ id: z.string(), name: z.string(), description: z.string() });
export type Cloud = z.output<typeof Cloud>;

export const ListCloudsQuery = z.strictObject({
  organizationId: z.string().max(50, 'At most 50 characters.').optional(),
  filter,
  ...paging(),
});
export const ListCloudsResponse = z.object({
  clouds: z.array(Cloud),
  nextPageToken: nextPageToken.optional(),
});
