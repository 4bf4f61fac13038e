import { resourceNames } from '@iotcore/contract';
import { sharedOperations } from '../shared/index.ts';
import { retainedMessageOperations } from '../shared/retained-messages.ts';
import { createDevice, deleteDevice, updateDevice } from './mutations.ts';
import { getDevice, getDeviceByName, listDevices } from './queries.ts';
import { findDevices } from './search.ts';

export const deviceOperations = [
  getDevice,
  listDevices,
  findDevices,
  getDeviceByName,
  createDevice,
  updateDevice,
  deleteDevice,
  ...sharedOperations(resourceNames.device),
  ...retainedMessageOperations(resourceNames.device),
];
