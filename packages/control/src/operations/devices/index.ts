import { resourceNames } from '@iotcore/contract';
import { sharedOperations } from '../shared/index.ts';
import { createDevice, deleteDevice, updateDevice } from './mutations.ts';
import { getDevice, getDeviceByName, listDevices } from './queries.ts';

export const deviceOperations = [
  getDevice,
  listDevices,
  getDeviceByName,
  createDevice,
  updateDevice,
  deleteDevice,
  ...sharedOperations(resourceNames.device),
];
