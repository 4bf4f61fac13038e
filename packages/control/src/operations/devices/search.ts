import { FindDevicesQuery, FindDevicesResponse, type FoundDevice } from '@iotcore/contract';
import type { DeviceFilter, FoundDeviceRow } from '@iotcore/store/control';
import { map, text, time } from '../../messages/json.ts';
import { defineOperation } from '../../pipeline/operation.ts';
import { resource } from '../../pipeline/subject.ts';

const orders = { ID: 'all', NAME: 'named', OLDEST: 'oldest', NEWEST: 'newest' } as const;

export const findDevices = defineOperation({
  name: 'findDevices',
  service: 'ObservationService',
  summary: 'Lists the devices of a registry with whether they are online, by a filter or in an order',
  description:
    'One filter or order at a time: an index answers each, however many devices there are. Pages can be read back, too.',
  permission: 'view',
  message: FindDevicesQuery,
  output: FindDevicesResponse,
  subject: async ({ registryId }, read) =>
    resource('Registry', await read.owners.find({ kind: 'registry', id: registryId })),
  async run({ input, target, read, page: request, pageTokens }) {
    const page = await read.devices.search(target.id, filterOf(input), request);
    return { devices: page.rows.map(toFoundDevice), ...pageTokens(page) };
  },
});

/** The one that is given: the contract has made sure that there are not more. */
function filterOf(query: {
  readonly presence?: 'ONLINE' | 'NEVER_SEEN' | undefined;
  readonly notSeenSince?: string | undefined;
  readonly label?: string | undefined;
  readonly namePrefix?: string | undefined;
  readonly idPrefix?: string | undefined;
  readonly orderBy?: keyof typeof orders | undefined;
}): DeviceFilter {
  const { presence, notSeenSince, label, namePrefix, idPrefix, orderBy = 'ID' } = query;
  if (presence !== undefined) return { kind: presence === 'ONLINE' ? 'online' : 'neverSeen' };
  if (notSeenSince !== undefined) return { kind: 'notSeenSince', time: new Date(notSeenSince) };
  if (namePrefix !== undefined) return { kind: 'namePrefix', prefix: namePrefix };
  if (idPrefix !== undefined) return { kind: 'idPrefix', prefix: idPrefix };
  if (label === undefined) return { kind: orders[orderBy] };
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
