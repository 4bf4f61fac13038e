import type { LogOptions, Registry } from '@iotcore/contract';
import type { RegistryRow } from '@iotcore/store/control';
import { map, text } from './json.ts';

export function toRegistry(row: RegistryRow): Registry {
  return {
    id: row.id,
    folderId: row.folderId,
    createdAt: row.createdAt.toISOString(),
    ...text('name', row.name),
    ...text('description', row.description),
    ...map('labels', row.labels),
    status: row.status,
    ...text('logGroupId', row.logGroupId),
    ...(row.logOptions !== null && { logOptions: row.logOptions as LogOptions }),
  };
}
