import { Broker, ListBrokersQuery, ListBrokersResponse, resourceNames } from '@iotcore/contract';
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
