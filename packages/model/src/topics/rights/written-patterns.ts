/**
 * What a client may receive, as it is written in each notation and cut into levels. Worked out once for the client that was
 * asked about last: one SUBSCRIBE may ask for ten thousand filters.
 */
import { type Notation, type NotationRule, toWritten } from '../names/notation.ts';
import { levelsIntersect } from '../names/syntax.ts';
import type { Member } from '../principal.ts';
import { type Heard, namespaceOf, readerGroupsOf } from './reader-groups.ts';

export interface WrittenPattern {
  readonly notation: Notation;
  /** Where a filter is subscribed that intersects this pattern. */
  readonly namespace: string;
  readonly heard: Heard;
  readonly rule: NotationRule;
  /** The pattern, as it is written. */
  readonly levels: readonly string[];
}

let latest: { readonly member: Member; readonly patterns: readonly WrittenPattern[] } | undefined;

/** The patterns of the client's groups in this notation that some topic matches which the filter matches too. */
export function intersectingPatterns(
  member: Member,
  notation: Notation | undefined,
  filter: string,
): WrittenPattern[] {
  if (latest === undefined || !isSame(latest.member, member))
    latest = { member, patterns: patternsOf(member) };
  const levels = filter.split('/');
  return latest.patterns.filter(
    (pattern) => pattern.notation === notation && levelsIntersect(levels, pattern.levels),
  );
}

function patternsOf(member: Member): WrittenPattern[] {
  return readerGroupsOf(member).flatMap((group) =>
    group.rules.flatMap((rule) =>
      group.hears.flatMap((heard): WrittenPattern[] => {
        const written = toWritten(rule, heard.pattern);
        if (written === undefined) return [];
        const { notation } = rule;
        return [
          { notation, namespace: namespaceOf(group, notation), heard, rule, levels: written.split('/') },
        ];
      }),
    ),
  );
}

function isSame(one: Member, other: Member): boolean {
  if (one.id !== other.id) return false;
  if (one.kind === 'registry' || other.kind === 'registry') return one.kind === other.kind;
  return one.registryId === other.registryId;
}
