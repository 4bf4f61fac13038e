import {
  Broker,
  brokerId,
  GetBrokerByNameQuery,
  ListBrokersQuery,
  ListBrokersResponse,
  resourceNames,
} from '@iotcore/contract';
import { toBroker } from '../../messages/broker.ts';
import { defineOperation } from '../../pipeline/operation.ts';
import { folder, resource } from '../../pipeline/subject.ts';

const { tag: service, noun } = resourceNames.broker;

export const getBroker = defineOperation({
  name: 'getBroker',
  service,
  summary: 'Returns a broker',
  permission: 'view',
  ids: { brokerId },
  output: Broker,
  subject: async ({ brokerId }, read) => resource(noun, await read.brokers.find(brokerId)),
  run: async ({ target }) => toBroker(target),
});

export const getBrokerByName = defineOperation({
  name: 'getBrokerByName',
  service,
  summary: 'Returns the broker of that name in a folder',
  permission: 'view',
  message: GetBrokerByNameQuery,
  output: Broker,
  subject: ({ folderId }) => folder(folderId),
  async run({ input: { folderId, brokerName }, access, read }) {
    return toBroker(access.resource(await read.brokers.findByName(folderId, brokerName), noun));
  },
});

export const listBrokers = defineOperation({
  name: 'listBrokers',
  service,
  summary: 'Lists the brokers of a folder',
  permission: 'view',
  message: ListBrokersQuery,
  output: ListBrokersResponse,
  subject: ({ folderId }) => folder(folderId),
  async run({ input: { folderId }, read, page: request, nextPageToken }) {
    const page = await read.brokers.list(folderId, request);
    return { brokers: page.rows.map(toBroker), ...nextPageToken(page) };
  },
});
