import {
  allFields,
  CreateRegistryRequest,
  type LogOptions,
  Operation,
  resourceNames,
  UpdateRegistryRequest,
} from '@iotcore/contract';
import { empty } from '@iotcore/contract/records';
import { createId } from '@iotcore/model';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { folder } from '../../pipeline/subject.ts';
import { newCredentials, withChainNote } from '../shared/new-credentials.ts';
import { ownerIds, ownerSubject } from '../shared/owner.ts';
import { topLevelDefaults, topLevelFieldsToSet } from '../shared/top-level.ts';
import { registryChange } from './registry-change.ts';

const names = resourceNames.registry;
const { tag: service } = names;

export const createRegistry = defineOperation({
  ...mutation(names, 'CreateRegistry'),
  service,
  summary: 'Creates a registry in a folder',
  permission: 'edit',
  keyed: true,
  message: CreateRegistryRequest,
  output: Operation,
  subject: ({ folderId }) => folder(folderId),
  async run({ input, commit }, { hasher, quotas }) {
    const credentials = await newCredentials(input, hasher);
    const registry = { id: createId(), folderId: input.folderId, ...allFields(input, topLevelDefaults) };
    return commit(async (tx) =>
      withChainNote(
        registryChange(await tx.registries.create(registry, credentials, quotas)),
        credentials.certificates,
      ),
    );
  },
});

export const updateRegistry = defineOperation({
  ...mutation(names, 'UpdateRegistry'),
  service,
  summary: 'Changes fields of a registry',
  permission: 'edit',
  ids: ownerIds(names),
  message: UpdateRegistryRequest,
  output: Operation,
  subject: ownerSubject(names),
  async run({ input, target, commit, read }) {
    const fields = await topLevelFieldsToSet(input, async () => {
      const row = await read.registries.find(target.id);
      return (row?.logOptions ?? null) as LogOptions | null;
    });
    return commit(async (tx) => registryChange(await tx.registries.update(target.id, fields)));
  },
});

export const deleteRegistry = defineOperation({
  ...mutation(names, 'DeleteRegistry'),
  service,
  summary: 'Deletes an empty registry',
  description: 'With its credentials and retained messages. A registry that has devices cannot be deleted.',
  permission: 'edit',
  ids: ownerIds(names),
  output: Operation,
  subject: ownerSubject(names),
  async run({ target: { id, folderId }, commit }) {
    return commit(async (tx) => {
      await tx.registries.delete(id);
      return { resourceId: id, folderId, metadata: { registryId: id }, response: empty };
    });
  },
});
