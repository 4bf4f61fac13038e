/**
 * The API's JSON with the names that the old service's command line prints (`created_at`), and its exports hold. Keys of
 * maps are names that users chose, and stay.
 */
const maps: ReadonlySet<string> = new Set(['labels', 'topicAliases']);

export function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      maps.has(name) ? field : snakeCase(field),
    ]),
  );
}
