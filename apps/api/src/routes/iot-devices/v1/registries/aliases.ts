import {
  ListDeviceTopicAliasesQuery,
  ListDeviceTopicAliasesResponse,
  resourceNames,
} from '@iotcore/contract';
import * as control from '@iotcore/store/control';
import { defineRoute } from '../../../../routing/route.ts';
import { registryParams } from './params.ts';

const { path, tag, noun } = resourceNames.registry;

export const listDeviceTopicAliases = defineRoute({
  method: 'GET',
  path: `${path}/{registryId}:listDeviceTopicAliases`,
  operationId: 'listDeviceTopicAliases',
  tag,
  summary: 'Lists the topic aliases of all devices of a registry',
  permission: 'view',
  params: registryParams,
  query: ListDeviceTopicAliasesQuery,
  response: ListDeviceTopicAliasesResponse,
  async handler({ params: { registryId }, guard, db, page: request, nextPageToken }) {
    guard.resource(await control.findOwner(db, { kind: 'registry', id: registryId }), noun);
    const page = await control.listAliases(db, registryId, request);
    const aliases = page.rows.map(({ deviceId, alias, prefix }) => ({
      deviceId,
      topicPrefix: prefix,
      alias,
    }));
    return { aliases, ...nextPageToken(page) };
  },
});
