/**
 * Stored messages: which of a registry's permanent topics a new subscription gets at once, and under which names. A
 * filter with wildcards gets all that it covers; one in the form of an alias only if it is an exact topic.
 */

import { resolveTopic } from '../names/resolve.ts';
import { formOf, type Spelling, toFull, toWritten } from '../names/spelling.ts';
import { hasWildcard, intersects, literalPrefix, matches } from '../names/syntax.ts';
import { type DeviceFacts, type Member, type Principal, registryOf } from '../principal.ts';
import { audiencesOf, type Heard } from './audience.ts';

/** Stored messages to look for: a range of topics of one registry, and a test for each topic in it. */
export interface StoredSelection {
  readonly registryId: string;
  /** The wanted topics begin with this string, and if `exact` only the topic equal to it is wanted. */
  readonly beginning: string;
  readonly exact: boolean;
  /** The name under which the message of a stored topic (a full name) is delivered; undefined: it is not wanted. */
  nameOf(topic: string): string | undefined;
}

/** What to look for when `filter` was granted to `principal`; `devices` as for `grantFilter`. No topic is in two selections. */
export function storedSelections(
  principal: Principal,
  filter: string,
  devices: readonly DeviceFacts[],
): readonly StoredSelection[] {
  if (principal.kind === 'broker') return [];
  if (!hasWildcard(filter)) return exactSelection(principal, filter, devices);
  const form = formOf(filter);
  // An audience by itself has no aliases, so nothing is found for a filter in their form.
  return audiencesOf(principal).flatMap((audience) =>
    audience.spellings
      .filter((spelling) => spelling.form === form)
      .flatMap((spelling) => wildcardSelections(registryOf(principal), audience.hears, spelling, filter)),
  );
}

function exactSelection(member: Member, filter: string, devices: readonly DeviceFacts[]): StoredSelection[] {
  const full = resolveTopic(member, filter, devices);
  if (full === undefined) return [];
  const isHeard = audiencesOf(member).some(({ hears }) =>
    hears.some(({ permanent, pattern }) => permanent && matches(pattern, full)),
  );
  if (!isHeard) return [];
  const nameOf = (topic: string) => (topic === full ? filter : undefined);
  return [{ registryId: registryOf(member), beginning: full, exact: true, nameOf }];
}

function wildcardSelections(
  registryId: string,
  hears: readonly Heard[],
  spelling: Spelling,
  filter: string,
): StoredSelection[] {
  return hears
    .filter(({ permanent }) => permanent)
    .filter(({ pattern }) => {
      const written = toWritten(spelling, pattern);
      return written !== undefined && intersects(filter, written);
    })
    .map(({ pattern }) => ({
      registryId,
      beginning: longest(literalPrefix(pattern), toFull(spelling, literalPrefix(filter))),
      exact: false,
      nameOf: (topic) => {
        const written = toWritten(spelling, topic);
        if (written === undefined || !matches(pattern, topic)) return undefined;
        return matches(filter, written) ? written : undefined;
      },
    }));
}

/** Every wanted topic begins with both, so the longer one says more. */
function longest(one: string, other: string | undefined): string {
  return other !== undefined && other.length > one.length ? other : one;
}
