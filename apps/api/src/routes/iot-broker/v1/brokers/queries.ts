import {
  Broker,
  GetBrokerByNameQuery,
  ListBrokersQuery,
  ListBrokersResponse,
  resourceNames,
} from '@iotcore/contract';
import * as control from '@iotcore/store/control';
import { defineRoute } from '../../../../routing/route.ts';
import { toBroker } from '../../../../wire/broker.ts';
import { brokerParams } from './params.ts';

const { path, tag, noun } = resourceNames.broker;

export const getBroker = defineRoute({
  method: 'GET',
  path: `${path}/{brokerId}`,
  operationId: 'getBroker',
  tag,
  summary: 'Returns a broker',
  permission: 'view',
  params: brokerParams,
  response: Broker,
  async handler({ params, guard, db }) {
    return toBroker(guard.resource(await control.findBroker(db, params.brokerId), noun));
  },
});

export const getBrokerByName = defineRoute({
  method: 'GET',
  path: `${path}:getByName`,
  operationId: 'getBrokerByName',
  tag,
  summary: 'Returns the broker of that name in a folder',
  permission: 'view',
  query: GetBrokerByNameQuery,
  response: Broker,
  async handler({ query: { folderId, brokerName }, guard, db }) {
    guard.folder(folderId);
    return toBroker(guard.resource(await control.findBrokerByName(db, folderId, brokerName), noun));
  },
});

export const listBrokers = defineRoute({
  method: 'GET',
  path,
  operationId: 'listBrokers',
  tag,
  summary: 'Lists the brokers of a folder',
  permission: 'view',
  query: ListBrokersQuery,
  response: ListBrokersResponse,
  async handler({ query: { folderId }, guard, db, page: request, nextPageToken }) {
    guard.folder(folderId);
    const page = await control.listBrokers(db, folderId, request);
    return { brokers: page.rows.map(toBroker), ...nextPageToken(page) };
  },
});
