import { FindDevicesQuery, FindDevicesResponse, type FoundDevice } from '@iotcore/contract';
import type { DeviceFilter, FoundDeviceRow } from '@iotcore/store/control';
import { map, text, time } from '../../messages/json.ts';
import { defineOperation } from '../../pipeline/operation.ts';
import { resource } from '../../pipeline/subject.ts';

export const findDevices = defineOperation({
  name: 'findDevices',
  service: 'ObservationService',
  summary: 'Finds the devices of a registry that are online, were never seen, or have a label or name',
  description: 'Exactly one of the filters must be given.',
  permission: 'view',
  message: FindDevicesQuery,
  output: FindDevicesResponse,
  subject: async ({ registryId }, read) =>
    resource('Registry', await read.owners.find({ kind: 'registry', id: registryId })),
  async run({ input, target, read, page: request, nextPageToken }) {
    const page = await read.devices.search(target.id, filterOf(input), request);
    return { devices: page.rows.map(toFoundDevice), ...nextPageToken(page) };
  },
});

/** The one that is given, which the contract has made sure of. */
function filterOf(query: {
  readonly presence?: 'ONLINE' | 'NEVER_SEEN' | undefined;
  readonly notSeenSince?: string | undefined;
  readonly label?: string | undefined;
  readonly namePrefix?: string | undefined;
}): DeviceFilter {
  const { presence, notSeenSince, label, namePrefix = '' } = query;
  if (presence !== undefined) return { kind: presence === 'ONLINE' ? 'online' : 'neverSeen' };
  if (notSeenSince !== undefined) return { kind: 'notSeenSince', time: new Date(notSeenSince) };
  if (label === undefined) return { kind: 'namePrefix', prefix: namePrefix };
  const at = label.indexOf('=');
  return { kind: 'label', key: label.slice(0, at), value: label.slice(at + 1) };
}

function toFoundDevice(row: FoundDeviceRow): FoundDevice {
  return {
    id: row.id,
    ...text('name', row.name),
    ...map('labels', row.labels),
    createdAt: row.createdAt.toISOString(),
    online: row.sessions > 0,
    sessions: row.sessions,
    ...time('connectedAt', row.connectedAt),
    ...text('address', row.address ?? row.lastAuthIp),
    ...time('lastOnlineTime', row.lastOnlineTime),
    ...(row.isDisabled && { disabled: true }),
  };
}
