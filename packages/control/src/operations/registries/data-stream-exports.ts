/**
 * Exports to data streams, of which the gRPC API of the old service has three methods. There is no such stream here: the list
 * is empty, and what is asked for says what to use.
 */
import {
  AddDataStreamExportRequest,
  dataStreamExportId,
  ListDataStreamExportsResponse,
  Operation,
  resourceNames,
} from '@iotcore/contract';
import { errors } from '../../errors/catalogue.ts';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { ownerIds, ownerSubject } from '../shared/owner.ts';

const names = resourceNames.registry;
const { tag: service } = names;

export const listDataStreamExports = defineOperation({
  name: 'listDataStreamExports',
  service,
  summary: 'Lists the data stream exports of a registry: there are none',
  permission: 'view',
  ids: ownerIds(names),
  output: ListDataStreamExportsResponse,
  subject: ownerSubject(names),
  run: async () => ({ dataStreamExports: [] }),
});

export const addDataStreamExport = defineOperation({
  ...mutation(names, 'AddDataStreamExport'),
  service,
  summary: 'Is not served',
  permission: 'edit',
  keyed: true,
  ids: ownerIds(names),
  message: AddDataStreamExportRequest,
  output: Operation,
  subject: ownerSubject(names),
  async run() {
    throw errors.unimplemented(
      'There are no data streams here. Create an export with POST /ext/v1/exports in the REST API, or `iotcore export`.',
    );
  },
});

export const deleteDataStreamExport = defineOperation({
  ...mutation(names, 'DeleteDataStreamExport'),
  service,
  summary: 'Finds none',
  permission: 'edit',
  ids: { ...ownerIds(names), dataStreamExportId },
  output: Operation,
  subject: ownerSubject(names),
  async run() {
    throw errors.notFound('Data stream export');
  },
});
