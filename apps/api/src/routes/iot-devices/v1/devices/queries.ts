import {
  Device,
  GetDeviceByNameQuery,
  GetDeviceQuery,
  ListDevicesQuery,
  ListDevicesResponse,
  resourceNames,
} from '@iotcore/contract';
import * as control from '@iotcore/store/control';
import { defineRoute } from '../../../../routing/route.ts';
import { toDevice } from '../../../../wire/device.ts';
import { deviceParams } from './params.ts';

const { path, tag, noun } = resourceNames.device;

function viewOf({ deviceView }: { readonly deviceView?: 'BASIC' | 'FULL' | undefined }): control.DeviceView {
  return { activity: deviceView === 'FULL' };
}

export const getDevice = defineRoute({
  method: 'GET',
  path: `${path}/{deviceId}`,
  operationId: 'getDevice',
  tag,
  summary: 'Returns a device',
  permission: 'view',
  params: deviceParams,
  query: GetDeviceQuery,
  response: Device,
  async handler({ params, query, guard, db }) {
    const device = guard.resource(await control.findDevice(db, params.deviceId), noun);
    return toDevice(await control.completeDevice(db, device, viewOf(query)));
  },
});

export const getDeviceByName = defineRoute({
  method: 'GET',
  path: `${path}:getByName`,
  operationId: 'getDeviceByName',
  tag,
  summary: 'Returns the device of that name in a registry',
  permission: 'view',
  query: GetDeviceByNameQuery,
  response: Device,
  async handler({ query, guard, db }) {
    const { registryId, deviceName } = query;
    const device = guard.resource(await control.findDeviceByName(db, registryId, deviceName), noun);
    return toDevice(await control.completeDevice(db, device, viewOf(query)));
  },
});

export const listDevices = defineRoute({
  method: 'GET',
  path,
  operationId: 'listDevices',
  tag,
  summary: 'Lists the devices of a registry or of a folder',
  description: 'Exactly one of `registryId` and `folderId` must be given.',
  permission: 'view',
  query: ListDevicesQuery,
  response: ListDevicesResponse,
  async handler({ query, guard, db, page: request, nextPageToken }) {
    const { registryId, folderId = '' } = query;
    if (registryId === undefined) guard.folder(folderId);
    else guard.resource(await control.findOwner(db, { kind: 'registry', id: registryId }), 'Registry');
    const of = registryId === undefined ? { folderId } : { registryId };
    const page = await control.listDevices(db, of, viewOf(query), request);
    return { devices: page.rows.map(toDevice), ...nextPageToken(page) };
  },
});
