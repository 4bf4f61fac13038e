/**
 * Names of a topic. A topic has one full name (`$devices/…`, `$registries/…`, `$monitoring/…`), and every other way to
 * write it replaces the beginning of that name by another string: nothing more is behind synonyms without `$`, `$me`
 * and aliases. A `NotationRule` is one such replacement; it reads a written topic and writes a full one back.
 */

import { characterCount } from '../../fields/text.ts';
import { limits } from '../../limits.ts';

/** The ways to write a topic. A message arrives in the notation of the filter that it matched. */
export type Notation = 'full' | 'bare' | 'me' | 'alias';

export interface NotationRule {
  readonly notation: Notation;
  /** What stands at the beginning of the written topic… */
  readonly written: string;
  /** …in place of this beginning of the full one. */
  readonly full: string;
}

export const fullNotation: readonly NotationRule[] = [
  { notation: 'full', written: '$devices/', full: '$devices/' },
  { notation: 'full', written: '$registries/', full: '$registries/' },
  { notation: 'full', written: '$monitoring/', full: '$monitoring/' },
];
export const bareNotation: readonly NotationRule[] = [
  { notation: 'bare', written: 'devices/', full: '$devices/' },
  { notation: 'bare', written: 'registries/', full: '$registries/' },
];

export function myDevice(deviceId: string): NotationRule {
  return { notation: 'me', written: '$me/device/', full: `$devices/${deviceId}/` };
}
export function myRegistry(registryId: string): NotationRule {
  return { notation: 'me', written: '$me/registry/', full: `$registries/${registryId}/` };
}
export function myMonitoring(deviceId: string): NotationRule {
  return { notation: 'me', written: '$me/monitoring/', full: `$monitoring/${deviceId}/` };
}
export function aliasNotation(aliases: ReadonlyMap<string, string>): NotationRule[] {
  return [...aliases].map(([alias, prefix]) => ({ notation: 'alias', written: alias, full: prefix }));
}

const notationOfBeginning: readonly (readonly [string, Notation])[] = [
  ['$devices/', 'full'],
  ['$registries/', 'full'],
  ['$monitoring/', 'full'],
  ['$me/', 'me'],
  ['devices/', 'bare'],
  ['registries/', 'bare'],
];

/** The notation of a topic or filter, told by how it begins; undefined: it begins with `$` and is none of ours. */
export function notationOf(text: string): Notation | undefined {
  for (const [beginning, notation] of notationOfBeginning) {
    if (text.startsWith(beginning)) return notation;
  }
  return text.startsWith('$') ? undefined : 'alias';
}

/** Reads a written topic: its full name, or undefined if it is not written in this notation. */
export function toFull(rule: NotationRule, written: string): string | undefined {
  if (!written.startsWith(rule.written)) return undefined;
  return rule.full + written.slice(rule.written.length);
}

/**
 * Writes a full name in this notation, or undefined if it cannot be. A name that would read as another notation has to be
 * left out: an alias `dev` may not make `ices/…` into `devices/…`.
 */
export function toWritten(rule: NotationRule, full: string): string | undefined {
  if (!full.startsWith(rule.full)) return undefined;
  const written = rule.written + full.slice(rule.full.length);
  return notationOf(written) === rule.notation ? written : undefined;
}

/** Is what follows the kind, in a topic or filter in any notation but an alias, within the limit? */
export function isSubtopicWithinLimit(subtopic: string | undefined): boolean {
  return (
    subtopic === undefined ||
    subtopic.length <= limits.subtopic.max ||
    characterCount(subtopic) <= limits.subtopic.max
  );
}
