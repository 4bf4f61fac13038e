/** How rows become messages: proto3 JSON as the old service writes it, without fields that are empty. */

/** The string, or nothing if it is empty. */
export function text<K extends string>(key: K, value: string | null): { [P in K]?: string } {
  return value === null || value === '' ? {} : ({ [key]: value } as { [P in K]?: string });
}

/** The time, or nothing. */
export function time<K extends string>(key: K, value: Date | null): { [P in K]?: string } {
  return value === null ? {} : ({ [key]: value.toISOString() } as { [P in K]?: string });
}

/** The map, or nothing if it is empty. It was written by us as a map of strings. */
export function map<K extends string>(key: K, value: unknown): { [P in K]?: Record<string, string> } {
  const entries = value as Record<string, string>;
  return Object.keys(entries).length === 0
    ? {}
    : ({ [key]: entries } as { [P in K]?: Record<string, string> });
}
