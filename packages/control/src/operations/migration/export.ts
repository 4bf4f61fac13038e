import { ExportRegistryQuery, ExportRegistryResponse, resourceNames } from '@iotcore/contract';
import type { ExportedDeviceRow } from '@iotcore/store/control';
import { toDevice } from '../../messages/device.ts';
import { defineOperation } from '../../pipeline/operation.ts';
import { ownerIds, ownerSubject } from '../shared/owner.ts';

const names = resourceNames.registry;

export const exportOperations = [
  defineOperation({
    name: 'exportRegistry',
    service: 'MigrationService',
    summary: 'Returns the devices of a registry with their certificates',
    description:
      'A page at a time, ordered by ID: everything that an import takes, and whether a device has passwords.',
    permission: 'view',
    ids: ownerIds(names),
    message: ExportRegistryQuery,
    output: ExportRegistryResponse,
    subject: ownerSubject(names),
    async run({ target, read, page: request, nextPageToken }) {
      const page = await read.devices.export(target.id, request);
      return { devices: page.rows.map(toExportedDevice), ...nextPageToken(page) };
    },
  }),
];

function toExportedDevice({ device, certificates, passwordCount }: ExportedDeviceRow) {
  return {
    ...toDevice(device),
    certificates: certificates.map(({ fingerprint, pem, createdAt }) => ({
      fingerprint,
      certificateData: pem,
      createdAt: createdAt.toISOString(),
    })),
    passwordCount,
  };
}
