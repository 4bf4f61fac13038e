import {
  type DisabledResource,
  DisableRequest,
  ListDisabledResourcesQuery,
  ListDisabledResourcesResponse,
  Operation,
  type ResourceNames,
  resourceNames,
} from '@iotcore/contract';
import { asAny, empty, ownerField } from '@iotcore/contract/records';
import { everyFolder } from '@iotcore/model';
import type { Clock } from '@iotcore/process';
import type { BlockableResource, ResourceBlockRow } from '@iotcore/store/control';
import { text, time } from '../../messages/json.ts';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { folder } from '../../pipeline/subject.ts';
import { ownerIds, ownerSubject } from '../shared/owner.ts';
import { inFuture } from './in-future.ts';

type BlockableNames = ResourceNames & { readonly kind: BlockableResource['kind'] };

const listDisabledResources = defineOperation({
  name: 'listDisabledResources',
  service: 'AccessService',
  summary: 'Lists the devices and brokers that are disabled',
  description: 'A disabled registry says so in its `status`.',
  permission: 'view',
  message: ListDisabledResourcesQuery,
  output: ListDisabledResourcesResponse,
  subject: ({ folderId }) => folder(folderId ?? everyFolder),
  async run(
    { input: { folderId }, read, page: request, nextPageToken },
    { clock }: { readonly clock: Clock },
  ) {
    const page = await read.resourceBlocks.list(folderId, clock.date(), request);
    return { disabledResources: page.rows.map(toDisabledResource), ...nextPageToken(page) };
  },
});

function disablingOf(names: BlockableNames) {
  const { noun, kind, protoPackage } = names;
  const common = {
    service: 'AccessService',
    permission: 'edit',
    keyed: true,
    ids: ownerIds(names),
    subject: ownerSubject(names),
  } as const;
  return [
    defineOperation({
      ...common,
      ...mutation(names, `Disable${noun}`),
      summary: `Disables a ${kind}`,
      description: `It cannot connect, nor can anything be published as the ${kind}; its sessions end within a second. Its credentials stay.`,
      message: DisableRequest,
      output: Operation,
      async run(
        { input: { endsAt, note = '' }, target: { id, folderId }, caller, commit },
        { clock }: { readonly clock: Clock },
      ) {
        const createdAt = clock.date();
        const end = endsAt === undefined ? null : inFuture(endsAt, createdAt);
        const fields = { endsAt: end, note, createdAt, createdBy: caller.id };
        const field = ownerField(names, id);
        const disabled = toDisabledResource({ ...fields, resourceKind: kind, resourceId: id, folderId });
        return commit(async (tx) => {
          await tx.resourceBlocks.set({ kind, id }, fields);
          return {
            resourceId: id,
            folderId,
            metadata: { ...field, ...(end && { endsAt: end.toISOString() }) },
            response: asAny(`${protoPackage}.Disabled${noun}`, disabled),
          };
        });
      },
    }),
    defineOperation({
      ...common,
      ...mutation(names, `Enable${noun}`),
      summary: `Lets a disabled ${kind} connect again`,
      output: Operation,
      async run({ target: { id, folderId }, commit }) {
        return commit(async (tx) => {
          await tx.resourceBlocks.delete({ kind, id });
          return { resourceId: id, folderId, metadata: ownerField(names, id), response: empty };
        });
      },
    }),
  ];
}

export const disablingOperations = [
  listDisabledResources,
  ...disablingOf(resourceNames.device),
  ...disablingOf(resourceNames.broker),
];

function toDisabledResource(row: ResourceBlockRow): DisabledResource {
  return {
    resourceKind: row.resourceKind === 'device' ? 'DEVICE' : 'BROKER',
    resourceId: row.resourceId,
    folderId: row.folderId,
    ...time('endsAt', row.endsAt),
    ...text('note', row.note),
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
  };
}
