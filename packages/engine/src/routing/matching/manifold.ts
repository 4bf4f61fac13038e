/**
 * Filters that one topic can meet half-way in very many places. Matching carries every node of the trie that is still
 * possible: with few `+` in few levels these are few, whatever filters there are, but 10,000 filters with `+` in every
 * other of 200 levels are two million nodes, and a topic takes 1.6 s. So the manifold ones are bounded.
 */
import { levelCount } from './topic-name.ts';

/** With no more `+` than this, in no more levels, all filters that one topic can meet have some 11,000 nodes. */
const fewPluses = 3;
const fewLevels = 16;

/** Levels of all manifold filters of one namespace, so nodes that a topic may have to pass: some 5 ms. */
export const maxManifoldLevels = 32_768;

/** The levels of a manifold filter; 0 of any other. */
export function manifoldLevels(filter: string): number {
  let pluses = 0;
  for (let plus = filter.indexOf('+'); plus !== -1; plus = filter.indexOf('+', plus + 1)) pluses++;
  if (pluses === 0) return 0;
  const levels = levelCount(filter);
  return pluses > fewPluses || levels > fewLevels ? levels : 0;
}
