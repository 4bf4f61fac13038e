import { resourceNames } from '@iotcore/contract';
import { sharedRoutes } from '../../../shared/index.ts';
import { createBroker, deleteBroker, updateBroker } from './changes.ts';
import { getBroker, listBrokers } from './queries.ts';

export const brokerRoutes = [
  getBroker,
  listBrokers,
  createBroker,
  updateBroker,
  deleteBroker,
  ...sharedRoutes(resourceNames.broker),
];
