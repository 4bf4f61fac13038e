import type { Broker } from '@iotcore/contract';
import type { BrokerRow } from '@iotcore/store/control';
import { toTopLevel } from './top-level.ts';

export function toBroker(row: BrokerRow): Broker {
  return { ...toTopLevel(row), status: row.status };
}
