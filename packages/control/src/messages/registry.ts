import type { Registry } from '@iotcore/contract';
import type { RegistryRow } from '@iotcore/store/control';
import { text } from './json.ts';
import { toTopLevel } from './top-level.ts';

export function toRegistry(row: RegistryRow): Registry {
  return { ...toTopLevel(row), status: row.status, ...text('logGroupId', row.logGroupId) };
}
