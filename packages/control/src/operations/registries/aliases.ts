import {
  ListDeviceTopicAliasesQuery,
  ListDeviceTopicAliasesResponse,
  resourceNames,
} from '@iotcore/contract';
import { defineOperation } from '../../pipeline/operation.ts';
import { ownerIds, ownerSubject } from '../shared/owner.ts';

const names = resourceNames.registry;

export const listDeviceTopicAliases = defineOperation({
  name: 'listDeviceTopicAliases',
  service: names.tag,
  summary: 'Lists the topic aliases of all devices of a registry',
  permission: 'view',
  ids: ownerIds(names),
  message: ListDeviceTopicAliasesQuery,
  output: ListDeviceTopicAliasesResponse,
  subject: ownerSubject(names),
  async run({ target, read, page: request, nextPageToken }) {
    const page = await read.aliases.list(target.id, request);
    const aliases = page.rows.map(({ deviceId, alias, prefix }) => ({
      deviceId,
      topicPrefix: prefix,
      alias,
    }));
    return { aliases, ...nextPageToken(page) };
  },
});
