/** What a device's aliases may be, checked when they are created or changed. */
import { isId } from '../../fields/ids.ts';
import { characterCount } from '../../fields/text.ts';
import type { Violation } from '../../fields/violation.ts';
import { limits } from '../../limits.ts';
import { topicTable } from '../topic-table.ts';
import { aliasesConflict } from './aliases.ts';
import { isSubtopicWithinLimit, notationOf } from './notation.ts';
import { hasWildcard, isTopicText } from './syntax.ts';

/** In create and update calls this stands for the device's own ID, which a create call cannot know. */
const idPlaceholder = '{id}';

/** The aliases with the device's ID in place of `{id}` in their prefixes, as they are stored and shown. */
export function expandAliases(
  aliases: Iterable<readonly [string, string]>,
  deviceId: string,
): Map<string, string> {
  return new Map(
    [...aliases].map(([alias, prefix]) => [alias, prefix.replaceAll(idPlaceholder, () => deviceId)]),
  );
}

/**
 * Checks a device's aliases (alias → prefix), expanded or not; every bad one is reported. Without `deviceId` all is
 * checked but whose device a prefix names. Conflicts with aliases of other devices are for code that knows those: see
 * `aliasesConflict`.
 */
export function checkAliases(
  aliases: Iterable<readonly [string, string]>,
  deviceId?: string,
  field = 'topicAliases',
): Violation[] {
  const entries = [...aliases];
  if (entries.length > limits.aliases.max) {
    return [{ code: 'TOO_MANY', field, description: `At most ${limits.aliases.max} aliases.` }];
  }
  const violations: Violation[] = [];
  for (const [alias, prefix] of entries) {
    const at = `${field}.${alias}`;
    const others = entries.map(([other]) => other).filter((other) => other !== alias);
    const violation =
      checkAlias(alias, at) ?? checkPrefix(prefix, deviceId, at) ?? checkConflict(alias, others, at);
    if (violation !== undefined) violations.push(violation);
  }
  return violations;
}

function checkAlias(alias: string, field: string): Violation | undefined {
  if (alias === '') return { code: 'REQUIRED', field, description: 'An alias may not be empty.' };
  if (characterCount(alias) > limits.alias.max) {
    return { code: 'TOO_LONG', field, description: `An alias has at most ${limits.alias.max} characters.` };
  }
  if (hasWildcard(alias) || !isTopicText(alias)) {
    return {
      code: 'INVALID_CHARACTERS',
      field,
      description: 'An alias has no wildcard and no control character.',
    };
  }
  // `devices` alone is refused too: whatever is written after its slash would be read as a device's topic.
  if (notationOf(`${alias}/`) !== 'alias') {
    const description = 'An alias does not begin with $, devices/ or registries/.';
    return { code: 'RESERVED_ALIAS', field, description };
  }
  return undefined;
}

/**
 * A prefix is the beginning, as a string, of a topic of this device: `$devices/<id>`, `$devices/<id>/ev` and
 * `$devices/<id>/events/bed` are; `$devices/<id>2` and `$devices/<id>/eventsbed` are not.
 */
function checkPrefix(prefix: string, deviceId: string | undefined, field: string): Violation | undefined {
  const code = 'INVALID_TOPIC_PREFIX';
  const expanded = deviceId === undefined ? prefix : prefix.replaceAll(idPlaceholder, () => deviceId);
  if (hasWildcard(expanded) || !isTopicText(expanded)) {
    return { code, field, description: 'A topic prefix has no wildcard and no control character.' };
  }
  const [root, owner, kind, ...subtopic] = expanded.split('/');
  if (root !== '$devices' || owner === undefined || !isOwner(owner, deviceId)) {
    return {
      code,
      field,
      description: "A topic prefix begins with $devices/ and the device's own ID, or {id}.",
    };
  }
  if (!isBeginningOfKind(kind, subtopic.length > 0)) {
    return { code, field, description: 'Behind the ID stands /events, /state, /commands or /config.' };
  }
  if (!isSubtopicWithinLimit(subtopic.join('/'))) {
    return {
      code: 'TOO_LONG',
      field,
      description: `A subtopic has at most ${limits.subtopic.max} characters.`,
    };
  }
  return undefined;
}

function isOwner(owner: string, deviceId: string | undefined): boolean {
  return deviceId === undefined ? owner === idPlaceholder || isId(owner) : owner === deviceId;
}

function isBeginningOfKind(kind: string | undefined, mustBeWhole: boolean): boolean {
  if (kind === undefined) return true;
  return topicTable.some((row) => (mustBeWhole ? row.kind === kind : row.kind.startsWith(kind)));
}

function checkConflict(alias: string, others: readonly string[], field: string): Violation | undefined {
  if (!others.some((other) => aliasesConflict(alias, other))) return undefined;
  return { code: 'CONFLICTING_ALIAS', field, description: 'No alias may be a prefix of another one.' };
}
