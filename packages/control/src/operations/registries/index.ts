import { resourceNames } from '@iotcore/contract';
import { sharedOperations } from '../shared/index.ts';
import { retainedMessageOperations } from '../shared/retained-messages.ts';
import { listDeviceTopicAliases } from './aliases.ts';
import { addDataStreamExport, deleteDataStreamExport, listDataStreamExports } from './data-stream-exports.ts';
import { createRegistry, deleteRegistry, updateRegistry } from './mutations.ts';
import { getRegistry, getRegistryByName, listRegistries } from './queries.ts';
import { disableRegistry, enableRegistry } from './status.ts';

export const registryOperations = [
  getRegistry,
  listRegistries,
  getRegistryByName,
  createRegistry,
  updateRegistry,
  deleteRegistry,
  enableRegistry,
  disableRegistry,
  listDeviceTopicAliases,
  listDataStreamExports,
  addDataStreamExport,
  deleteDataStreamExport,
  ...sharedOperations(resourceNames.registry),
  ...retainedMessageOperations(resourceNames.registry),
];
