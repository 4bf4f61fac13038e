import { ExportRegistryQuery, ExportRegistryResponse, resourceNames } from '@iotcore/contract';
import * as control from '@iotcore/store/control';
import { defineRoute } from '../../../../routing/route.ts';
import { toDevice } from '../../../../wire/device.ts';
import { ownerParams, permittedOwner } from '../../../shared/owner.ts';

const { extensionPath } = resourceNames.registry;

export const exportRoutes = [
  defineRoute({
    method: 'GET',
    path: `${extensionPath}/{registryId}/export`,
    operationId: 'exportRegistry',
    tag: 'MigrationService',
    summary: 'Returns the devices of a registry with their certificates',
    description:
      'A page at a time, ordered by ID: everything that an import takes, and whether a device has passwords.',
    permission: 'view',
    params: ownerParams(resourceNames.registry),
    query: ExportRegistryQuery,
    response: ExportRegistryResponse,
    async handler(context) {
      const registry = await permittedOwner(resourceNames.registry, context);
      const page = await control.exportDevices(context.db, registry.id, context.page);
      return { devices: page.rows.map(toExportedDevice), ...context.nextPageToken(page) };
    },
  }),
];

function toExportedDevice({ device, certificates, passwordCount }: control.ExportedDeviceRow) {
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
