import { type BrokerRow, topLevelRows } from './top-level.ts';

export const brokers = topLevelRows<BrokerRow>('broker');
