import {
  GetRegistryByNameQuery,
  ListRegistriesQuery,
  ListRegistriesResponse,
  Registry,
  resourceNames,
} from '@iotcore/contract';
import * as control from '@iotcore/store/control';
import { defineRoute } from '../../../../routing/route.ts';
import { toRegistry } from '../../../../wire/registry.ts';
import { registryParams } from './params.ts';

const { path, tag, noun } = resourceNames.registry;

export const getRegistry = defineRoute({
  method: 'GET',
  path: `${path}/{registryId}`,
  operationId: 'getRegistry',
  tag,
  summary: 'Returns a registry',
  permission: 'view',
  params: registryParams,
  response: Registry,
  async handler({ params, guard, db }) {
    return toRegistry(guard.resource(await control.findRegistry(db, params.registryId), noun));
  },
});

export const getRegistryByName = defineRoute({
  method: 'GET',
  path: `${path}:getByName`,
  operationId: 'getRegistryByName',
  tag,
  summary: 'Returns the registry of that name in a folder',
  permission: 'view',
  query: GetRegistryByNameQuery,
  response: Registry,
  async handler({ query: { folderId, registryName }, guard, db }) {
    guard.folder(folderId);
    return toRegistry(guard.resource(await control.findRegistryByName(db, folderId, registryName), noun));
  },
});

export const listRegistries = defineRoute({
  method: 'GET',
  path,
  operationId: 'listRegistries',
  tag,
  summary: 'Lists the registries of a folder',
  permission: 'view',
  query: ListRegistriesQuery,
  response: ListRegistriesResponse,
  async handler({ query: { folderId }, guard, db, page: request, nextPageToken }) {
    guard.folder(folderId);
    const page = await control.listRegistries(db, folderId, request);
    return { registries: page.rows.map(toRegistry), ...nextPageToken(page) };
  },
});
