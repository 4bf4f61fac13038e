import {
  Device,
  deviceId,
  GetDeviceByNameQuery,
  GetDeviceQuery,
  ListDevicesQuery,
  ListDevicesResponse,
  resourceNames,
} from '@iotcore/contract';
import type { DeviceView } from '@iotcore/store/control';
import { toDevice } from '../../messages/device.ts';
import { defineOperation } from '../../pipeline/operation.ts';
import { folder, resource } from '../../pipeline/subject.ts';

const { tag: service, noun } = resourceNames.device;

function viewOf({ deviceView }: { readonly deviceView?: 'BASIC' | 'FULL' | undefined }): DeviceView {
  return { activity: deviceView === 'FULL' };
}

export const getDevice = defineOperation({
  name: 'getDevice',
  service,
  summary: 'Returns a device',
  permission: 'view',
  ids: { deviceId },
  message: GetDeviceQuery,
  output: Device,
  subject: async ({ deviceId, ...view }, read) =>
    resource(noun, await read.devices.find(deviceId, viewOf(view))),
  run: async ({ target }) => toDevice(target),
});

export const getDeviceByName = defineOperation({
  name: 'getDeviceByName',
  service,
  summary: 'Returns the device of that name in a registry',
  permission: 'view',
  message: GetDeviceByNameQuery,
  output: Device,
  subject: async ({ registryId, deviceName, ...view }, read) =>
    resource(noun, await read.devices.findByName(registryId, deviceName, viewOf(view))),
  run: async ({ target }) => toDevice(target),
});

export const listDevices = defineOperation({
  name: 'listDevices',
  service,
  summary: 'Lists the devices of a registry or of a folder',
  description: 'Exactly one of `registryId` and `folderId` must be given.',
  permission: 'view',
  message: ListDevicesQuery,
  output: ListDevicesResponse,
  async subject({ registryId, folderId = '' }, read) {
    if (registryId === undefined) return folder(folderId);
    return resource('Registry', await read.owners.find({ kind: 'registry', id: registryId }));
  },
  async run({ input, read, page: request, nextPageToken }) {
    const { registryId, folderId = '' } = input;
    const of = registryId === undefined ? { folderId } : { registryId };
    const page = await read.devices.list(of, viewOf(input), request);
    return { devices: page.rows.map(toDevice), ...nextPageToken(page) };
  },
});
