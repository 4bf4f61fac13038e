import {
  GetRegistryByNameQuery,
  ListRegistriesQuery,
  ListRegistriesResponse,
  Registry,
  registryId,
  resourceNames,
} from '@iotcore/contract';
import { toRegistry } from '../../messages/registry.ts';
import { defineOperation } from '../../pipeline/operation.ts';
import { folder, resource } from '../../pipeline/subject.ts';

const { tag: service, noun } = resourceNames.registry;

export const getRegistry = defineOperation({
  name: 'getRegistry',
  service,
  summary: 'Returns a registry',
  permission: 'view',
  ids: { registryId },
  output: Registry,
  subject: async ({ registryId }, read) => resource(noun, await read.registries.find(registryId)),
  run: async ({ target }) => toRegistry(target),
});

export const getRegistryByName = defineOperation({
  name: 'getRegistryByName',
  service,
  summary: 'Returns the registry of that name in a folder',
  permission: 'view',
  message: GetRegistryByNameQuery,
  output: Registry,
  subject: ({ folderId }) => folder(folderId),
  async run({ input: { folderId, registryName }, access, read }) {
    return toRegistry(access.resource(await read.registries.findByName(folderId, registryName), noun));
  },
});

export const listRegistries = defineOperation({
  name: 'listRegistries',
  service,
  summary: 'Lists the registries of a folder',
  permission: 'view',
  message: ListRegistriesQuery,
  output: ListRegistriesResponse,
  subject: ({ folderId }) => folder(folderId),
  async run({ input: { folderId }, read, page: request, nextPageToken }) {
    const page = await read.registries.list(folderId, request);
    return { registries: page.rows.map(toRegistry), ...nextPageToken(page) };
  },
});
