import { resourceNames } from '@iotcore/contract';
import { sharedRoutes } from '../../../shared/index.ts';
import { createBroker, deleteBroker, updateBroker } from './changes.ts';
import { getBroker, getBrokerByName, listBrokers } from './queries.ts';

export const brokerRoutes = [
  getBroker,
  listBrokers,
  getBrokerByName,
  createBroker,
  updateBroker,
  deleteBroker,
  ...sharedRoutes(resourceNames.broker),
];
