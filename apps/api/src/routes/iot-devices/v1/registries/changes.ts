import {
  allFields,
  CreateRegistryRequest,
  fieldsToSet,
  Operation,
  resourceNames,
  UpdateRegistryRequest,
} from '@iotcore/contract';
import { createId } from '@iotcore/model';
import * as control from '@iotcore/store/control';
import { defineRoute, mutation } from '../../../../routing/route.ts';
import { empty } from '../../../../wire/operation.ts';
import { newCredentials, withChainNote } from '../../../shared/new-credentials.ts';
import { topLevelDefaults } from '../../../shared/top-level.ts';
import { registryParams } from './params.ts';
import { registryChange } from './registry-change.ts';

const names = resourceNames.registry;
const { path, tag, noun } = names;

export const createRegistry = defineRoute({
  method: 'POST',
  path,
  ...mutation(names, 'CreateRegistry'),
  tag,
  summary: 'Creates a registry in a folder',
  permission: 'edit',
  body: CreateRegistryRequest,
  response: Operation,
  async handler({ body, guard, hasher, quotas, commit }) {
    guard.folder(body.folderId);
    const credentials = await newCredentials(body, hasher);
    const registry = { id: createId(), folderId: body.folderId, ...allFields(body, topLevelDefaults) };
    return commit(async (tx) =>
      withChainNote(
        registryChange(await control.createRegistry(tx, registry, credentials, quotas)),
        credentials.certificates,
      ),
    );
  },
});

export const updateRegistry = defineRoute({
  method: 'PATCH',
  path: `${path}/{registryId}`,
  ...mutation(names, 'UpdateRegistry'),
  tag,
  summary: 'Changes fields of a registry',
  permission: 'edit',
  params: registryParams,
  body: UpdateRegistryRequest,
  response: Operation,
  async handler({ params: { registryId }, body, guard, db, commit }) {
    guard.resource(await control.findOwner(db, { kind: 'registry', id: registryId }), noun);
    const fields = fieldsToSet(body, topLevelDefaults);
    return commit(async (tx) => registryChange(await control.updateRegistry(tx, registryId, fields)));
  },
});

export const deleteRegistry = defineRoute({
  method: 'DELETE',
  path: `${path}/{registryId}`,
  ...mutation(names, 'DeleteRegistry'),
  tag,
  summary: 'Deletes an empty registry',
  description: 'With its credentials and stored messages. A registry that has devices cannot be deleted.',
  permission: 'edit',
  params: registryParams,
  response: Operation,
  async handler({ params: { registryId }, guard, db, commit }) {
    const owner = guard.resource(await control.findOwner(db, { kind: 'registry', id: registryId }), noun);
    return commit(async (tx) => {
      await control.deleteRegistry(tx, registryId);
      return { resourceId: registryId, folderId: owner.folderId, metadata: { registryId }, response: empty };
    });
  },
});
