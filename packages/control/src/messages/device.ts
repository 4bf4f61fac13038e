import type { Device } from '@iotcore/contract';
import type { DeviceActivityRow, DeviceRow } from '@iotcore/store/control';
import { map, text, time } from './json.ts';

export function toDevice(row: DeviceRow): Device {
  return {
    id: row.id,
    registryId: row.registryId,
    createdAt: row.createdAt.toISOString(),
    ...text('name', row.name),
    ...text('description', row.description),
    ...(row.aliases.length > 0 && { topicAliases: toTopicAliases(row.aliases) }),
    status: row.status,
    ...(row.activity && { monitoringData: toMonitoringData(row.activity) }),
    ...map('labels', row.labels),
  };
}

function toTopicAliases(aliases: DeviceRow['aliases']): Record<string, string> {
  return Object.fromEntries(aliases.map(({ alias, prefix }) => [alias, prefix]));
}

function toMonitoringData(row: DeviceActivityRow) {
  return {
    ...text('lastAuthIp', row.lastAuthIp),
    ...time('lastAuthTime', row.lastAuthTime),
    ...time('lastPubActivityTime', row.lastPubActivityTime),
    ...time('lastSubActivityTime', row.lastSubActivityTime),
    ...time('lastOnlineTime', row.lastOnlineTime),
    ...time('lastDisconnectTime', row.lastDisconnectTime),
  };
}
