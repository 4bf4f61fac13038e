import { resourceNames } from '@iotcore/contract';
import { sharedRoutes } from '../../../shared/index.ts';
import { createDevice, deleteDevice, updateDevice } from './changes.ts';
import { getDevice, getDeviceByName, listDevices } from './queries.ts';

export const deviceRoutes = [
  getDevice,
  listDevices,
  getDeviceByName,
  createDevice,
  updateDevice,
  deleteDevice,
  ...sharedRoutes(resourceNames.device),
];
