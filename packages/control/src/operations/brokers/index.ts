import { resourceNames } from '@iotcore/contract';
import { sharedOperations } from '../shared/index.ts';
import { createBroker, deleteBroker, updateBroker } from './mutations.ts';
import { getBroker, getBrokerByName, listBrokers } from './queries.ts';

export const brokerOperations = [
  getBroker,
  listBrokers,
  getBrokerByName,
  createBroker,
  updateBroker,
  deleteBroker,
  ...sharedOperations(resourceNames.broker),
];
