/**
 * Retained messages: which of a registry's permanent topics a new subscription gets at once, and under which names. A
 * filter with wildcards gets all that it covers; one in alias notation only if it is an exact topic.
 */

import { notationOf, toFull, toWritten } from '../names/notation.ts';
import { resolveTopic } from '../names/resolve.ts';
import { hasWildcard, literalPrefix, matches } from '../names/syntax.ts';
import { type DeviceFacts, type Member, type Principal, registryOf } from '../principal.ts';
import { readerGroupsOf } from './reader-groups.ts';
import { intersectingPatterns, type WrittenPattern } from './written-patterns.ts';

/** Retained messages to look for: a range of topics of one registry, and a test for each topic in it. */
export interface RetainedSelection {
  readonly registryId: string;
  /** The wanted topics begin with this string, and if `exact` only the topic equal to it is wanted. */
  readonly beginning: string;
  readonly exact: boolean;
  /** The name under which the message of a stored topic (a full name) is delivered; undefined: it is not wanted. */
  nameOf(topic: string): string | undefined;
}

/** What to look for when `filter` was granted to `principal`; `devices` as for `grantFilter`. No topic is in two selections. */
export function retainedSelections(
  principal: Principal,
  filter: string,
  devices: readonly DeviceFacts[],
): readonly RetainedSelection[] {
  if (principal.kind === 'broker') return [];
  if (!hasWildcard(filter)) return exactSelection(principal, filter, devices);
  // A reader group without its devices has no aliases, so nothing is found for a filter in their notation.
  return intersectingPatterns(principal, notationOf(filter), filter)
    .filter(({ heard }) => heard.permanent)
    .map((pattern) => wildcardSelection(registryOf(principal), pattern, filter));
}

function exactSelection(
  member: Member,
  filter: string,
  devices: readonly DeviceFacts[],
): RetainedSelection[] {
  const full = resolveTopic(member, filter, devices);
  if (full === undefined) return [];
  const isHeard = readerGroupsOf(member).some(({ hears }) =>
    hears.some(({ permanent, pattern }) => permanent && matches(pattern, full)),
  );
  if (!isHeard) return [];
  const nameOf = (topic: string) => (topic === full ? filter : undefined);
  return [{ registryId: registryOf(member), beginning: full, exact: true, nameOf }];
}

function wildcardSelection(
  registryId: string,
  { heard: { pattern }, rule }: WrittenPattern,
  filter: string,
): RetainedSelection {
  return {
    registryId,
    beginning: longest(literalPrefix(pattern), toFull(rule, literalPrefix(filter))),
    exact: false,
    nameOf: (topic) => {
      const written = toWritten(rule, topic);
      if (written === undefined || !matches(pattern, topic)) return undefined;
      return matches(filter, written) ? written : undefined;
    },
  };
}

/** Every wanted topic begins with both, so the longer one says more. */
function longest(one: string, other: string | undefined): string {
  return other !== undefined && other.length > one.length ? other : one;
}
