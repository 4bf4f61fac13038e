/** The fields that registries and brokers share, as they are when nobody gives them. */
import type { LogOptions } from '@iotcore/contract';

export const topLevelDefaults: {
  name: string;
  description: string;
  labels: Record<string, string>;
  logOptions: LogOptions | null;
} = { name: '', description: '', labels: {}, logOptions: null };
