/**
 * Topic names and filters by MQTT 3.1.1 section 4.7, as plain functions over levels. They are written to be obviously
 * right, not fast: the engine has its own matcher, and its tests compare it with `matches`.
 */
import { limits } from '../../limits.ts';

/**
 * U+0000 is forbidden [MQTT-1.5.3-2]; a receiver may also refuse control characters and non-characters (section 1.5.3),
 * and we do, as Mosquitto does. A topic that came through JSON can hold lone surrogates, which no packet can [MQTT-1.5.3-1].
 */
const forbidden = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u;

/** Most topics: told apart first, since looking for what is forbidden costs many times more. */
const printableAscii = /^[\x20-\x7e]*$/;

/** Is this text that a topic may hold: not empty [MQTT-4.7.3-1], no forbidden character, within bytes and levels? */
export function isTopicText(text: string): boolean {
  return (
    text.length > 0 &&
    text.length <= limits.topic.max &&
    (printableAscii.test(text) || (Buffer.byteLength(text) <= limits.topic.max && !forbidden.test(text))) &&
    levelCount(text) <= limits.topicLevels.max
  );
}

/** Is this a topic that a message can be published to? Wildcards are not [MQTT-3.3.2-2]. */
export function isTopicName(text: string): boolean {
  return !hasWildcard(text) && isTopicText(text);
}

/** Is this a filter that can be subscribed to? `#` stands last and alone, `+` alone [MQTT-4.7.1-2][MQTT-4.7.1-3]. */
export function isTopicFilter(text: string): boolean {
  if (!isTopicText(text)) return false;
  const levels = text.split('/');
  return levels.every((level, index) =>
    level === '#' ? index === levels.length - 1 : level === '+' || !hasWildcard(level),
  );
}

export function hasWildcard(text: string): boolean {
  return text.includes('+') || text.includes('#');
}

/** The part of a filter before its first wildcard: every topic that it matches begins so, but see `#` below. */
export function literalPrefix(filter: string): string {
  const wildcard = filter.search(/[+#]/);
  if (wildcard === -1) return filter;
  // `a/#` also matches `a` itself, so the slash before `#` is not certain.
  const end = filter[wildcard] === '#' ? Math.max(wildcard - 1, 0) : wildcard;
  return filter.slice(0, end);
}

/** Does a valid filter match a valid topic name? The letter of section 4.7, wildcards and `$` [MQTT-4.7.2-1] included. */
export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  if (topic.startsWith('$') && (wanted[0] === '+' || wanted[0] === '#')) return false;
  for (const [index, want] of wanted.entries()) {
    if (want === '#') return true;
    if (index >= levels.length) return false;
    if (want !== '+' && want !== levels[index]) return false;
  }
  // The level above `#` is matched too: `sport/#` matches `sport`.
  return wanted.length === levels.length;
}

/** Is there a topic that both filters match? */
export function intersects(one: string, other: string): boolean {
  return levelsIntersect(one.split('/'), other.split('/'));
}

/** The same for filters that are cut into levels. */
export function levelsIntersect(a: readonly string[], b: readonly string[]): boolean {
  if (startsWithWildcard(a) && b[0]?.startsWith('$')) return false;
  if (startsWithWildcard(b) && a[0]?.startsWith('$')) return false;
  for (let index = 0; ; index += 1) {
    const left = a[index];
    const right = b[index];
    if (left === '#' || right === '#') return true;
    if (left === undefined || right === undefined) return left === right;
    if (left !== '+' && right !== '+' && left !== right) return false;
  }
}

/** Is there a topic that begins with this string, in the middle of a level perhaps, and that the filter matches? */
export function matchesSomeBeginningWith(filter: string, beginning: string): boolean {
  const wanted = filter.split('/');
  const levels = beginning.split('/');
  if (startsWithWildcard(wanted) && beginning.startsWith('$')) return false;
  for (const [index, level] of levels.entries()) {
    const want = wanted[index];
    if (want === '#') return true;
    if (want === undefined) return false;
    const isLast = index === levels.length - 1;
    if (want !== '+' && !(isLast ? want.startsWith(level) : want === level)) return false;
  }
  return true;
}

function startsWithWildcard(levels: readonly string[]): boolean {
  return levels[0] === '+' || levels[0] === '#';
}

function levelCount(text: string): number {
  let count = 1;
  for (let at = text.indexOf('/'); at !== -1; at = text.indexOf('/', at + 1)) count += 1;
  return count;
}
