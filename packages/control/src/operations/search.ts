import { type FoundResource, SearchResourcesQuery, SearchResourcesResponse } from '@iotcore/contract';
import type { FoundResourceRow } from '@iotcore/store/control';
import { text } from '../messages/json.ts';
import { defineOperation } from '../pipeline/operation.ts';
import { folder, nothing } from '../pipeline/subject.ts';
import { foldersSeenBy } from './folders/seen-by.ts';

const mostHits = 20;

export const searchOperations = [
  defineOperation({
    name: 'searchResources',
    service: 'ObservationService',
    summary: 'Finds registries, devices and brokers by the beginning of their ID or name',
    permission: 'view',
    message: SearchResourcesQuery,
    output: SearchResourcesResponse,
    subject: ({ folderId }) => (folderId === undefined ? nothing : folder(folderId)),
    async run({ input: { query, folderId }, caller, access, read }) {
      const among = folderId === undefined ? foldersSeenBy(caller, access) : [folderId];
      const rows = await read.resources.search(among, query, mostHits);
      return { resources: rows.map(toFoundResource) };
    },
  }),
];

function toFoundResource({ kind, id, name, folderId, registryId }: FoundResourceRow): FoundResource {
  return {
    kind: kind.toUpperCase() as FoundResource['kind'],
    id,
    ...text('name', name),
    folderId,
    ...text('registryId', registryId),
  };
}
