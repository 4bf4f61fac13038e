/** What stands in the query of an address: every state of a screen, so that a link shows a colleague the same thing. */
export const searchKeys = [
  'folder',
  'tab',
  'page',
  'q',
  'presence',
  'label',
  'level',
  'reason',
  'kind',
  'range',
  'topic',
  'caller',
  'event',
  'resource',
  'since',
  'until',
  'open',
  'state',
] as const;
export type SearchKey = (typeof searchKeys)[number];
export type Search = Partial<Record<SearchKey, string>>;

export function parseSearch(text: string): Search {
  const given = new URLSearchParams(text);
  const found: Search = {};
  for (const key of searchKeys) {
    const value = given.get(key);
    if (value) found[key] = value;
  }
  return found;
}

export function stringifySearch(search: Search): string {
  const given = new URLSearchParams();
  for (const key of searchKeys) {
    const value = search[key];
    if (value) given.set(key, value);
  }
  const text = given.toString();
  return text && `?${text}`;
}
