import type { LogOptions } from '@iotcore/contract';
import type { BrokerRow, RegistryRow } from '@iotcore/store/control';
import { map, text } from './json.ts';

/** What registries and brokers show alike. */
export function toTopLevel(row: BrokerRow | RegistryRow) {
  return {
    id: row.id,
    folderId: row.folderId,
    createdAt: row.createdAt.toISOString(),
    ...text('name', row.name),
    ...text('description', row.description),
    ...map('labels', row.labels),
    ...(row.logOptions !== null && { logOptions: row.logOptions as LogOptions }),
  };
}
