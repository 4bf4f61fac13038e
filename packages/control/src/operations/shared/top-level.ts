/** The fields that registries and brokers share, and their defaults. */
import { fieldsToSet, type LogOptions, partsInMask } from '@iotcore/contract';

export const topLevelDefaults: {
  name: string;
  description: string;
  labels: Record<string, string>;
  logOptions: LogOptions | null;
} = { name: '', description: '', labels: {}, logOptions: null };

type Update = Partial<typeof topLevelDefaults> & { readonly updateMask?: string | undefined };
type Given<T> = { readonly [K in keyof T]: T[K] | undefined };

/** What an update sets. `current`: the log options as they are, of which a mask may name parts (`logOptions.minLevel`). */
export async function topLevelFieldsToSet(
  input: Given<Update>,
  current: () => Promise<LogOptions | null>,
): Promise<Partial<typeof topLevelDefaults>> {
  const fields = fieldsToSet(input, topLevelDefaults);
  const parts = partsInMask(input.updateMask, 'logOptions') as (keyof LogOptions)[];
  if (parts.length === 0 || 'logOptions' in fields) return fields;
  return { ...fields, logOptions: withParts((await current()) ?? {}, input.logOptions ?? {}, parts) };
}

/** The parts as they are given, or without them; of the two destinations, one given displaces the other. */
export function withParts(
  current: LogOptions,
  given: LogOptions,
  parts: readonly (keyof LogOptions)[],
): LogOptions | null {
  const { logGroupId, folderId, ...others } = current;
  const displaces = parts.some((part) => isDestination(part) && given[part] !== undefined);
  const kept = displaces ? others : { ...others, logGroupId, folderId };
  const all = { ...kept, ...Object.fromEntries(parts.map((part) => [part, given[part]])) };
  const set = Object.entries(all).filter(([, value]) => value !== undefined);
  return set.length === 0 ? null : (Object.fromEntries(set) as LogOptions);
}

function isDestination(part: keyof LogOptions): boolean {
  return part === 'logGroupId' || part === 'folderId';
}
