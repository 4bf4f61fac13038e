/** The fields that registries and brokers share. */
import type { LogOptions } from '@iotcore/contract';
import type { TopLevelFields } from '@iotcore/store/control';

interface Given {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly labels?: Record<string, string> | undefined;
  readonly logOptions?: LogOptions | undefined;
}

export const topLevelDefaults: {
  name: string;
  description: string;
  labels: Record<string, string>;
  logOptions: LogOptions | null;
} = { name: '', description: '', labels: {}, logOptions: null };

export function topLevelFields(given: Given): TopLevelFields {
  const { name, description, labels, logOptions } = { ...topLevelDefaults, ...given };
  return {
    name: name ?? '',
    description: description ?? '',
    labels: labels ?? {},
    logOptions: logOptions ?? null,
  };
}
