import type { NamespaceFilter } from '../../port.ts';
import { hasWildcard, levelCount } from '../../routing/index.ts';

/** What a subscription costs beside its text, and each level of a filter with wildcards, which may be a node of the trie. */
const overheadBytes = 300;
const levelBytes = 256;

/** What a subscription to these filters holds in memory, bytes; where others have the same filters, less. */
export function subscriptionCost(filters: readonly NamespaceFilter[]): number {
  let bytes = 0;
  for (const { filter } of filters)
    bytes += overheadBytes + filter.length + (hasWildcard(filter) ? levelBytes * levelCount(filter) : 0);
  return bytes;
}
