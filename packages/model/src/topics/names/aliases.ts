/**
 * Aliases at work. An alias replaces the beginning of a device's topics as a string, not level by level: `temp` →
 * `$devices/<id>/events/bedroom/temperature` also makes `temp/max` and `temp2` (that is `…/temperature2`). No alias of a
 * registry is a prefix of another one, so at most one alias of a registry stands at the beginning of a topic.
 */
import { limits } from '../../limits.ts';
import type { DeviceFacts } from '../principal.ts';
import { aliasNotation, notationOf, toFull } from './notation.ts';

/** Would one of these make a topic that begins with the other ambiguous? An alias conflicts with itself too. */
export function aliasesConflict(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

/** The full name of a topic that is written with one of the device's aliases; undefined if it is not. */
export function resolveAlias(device: DeviceFacts, written: string): string | undefined {
  if (notationOf(written) !== 'alias') return undefined;
  for (const rule of aliasNotation(device.aliases)) {
    const full = toFull(rule, written);
    // An alias of `$devices/<id>` without a slash must not reach the device `<id>2`.
    if (full?.startsWith(`$devices/${device.id}/`)) return full;
  }
  return undefined;
}

/**
 * Every string that could be the alias at the beginning of a topic, shortest first: what to look up in an index of
 * aliases. At most 256 of them, the greatest length of an alias.
 */
export function aliasCandidates(written: string): string[] {
  const candidates: string[] = [];
  let candidate = '';
  for (const character of written) {
    if (candidates.length === limits.alias.max) break;
    candidate += character;
    candidates.push(candidate);
  }
  return candidates;
}
