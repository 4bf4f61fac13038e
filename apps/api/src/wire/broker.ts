import type { Broker, LogOptions } from '@iotcore/contract';
import type { BrokerRow } from '@iotcore/store/control';
import { map, text } from './json.ts';

export function toBroker(row: BrokerRow): Broker {
  return {
    id: row.id,
    folderId: row.folderId,
    createdAt: row.createdAt.toISOString(),
    ...text('name', row.name),
    ...text('description', row.description),
    ...map('labels', row.labels),
    status: row.status,
    ...(row.logOptions !== null && { logOptions: row.logOptions as LogOptions }),
  };
}
