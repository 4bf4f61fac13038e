/**
 * Names of a topic. A topic has one full name (`$devices/…`, `$registries/…`, `$monitoring/…`), and every other way to
 * write it replaces the beginning of that name by another string: nothing more is behind synonyms without `$`, `$me`
 * and aliases. A `Spelling` is one such replacement; it reads a written topic and writes a full one back.
 */

import { characterCount } from '../../fields/text.ts';
import { limits } from '../../limits.ts';

/** The ways to write a topic. A message arrives in the form of the filter that it matched. */
export type Form = 'full' | 'bare' | 'me' | 'alias';

export interface Spelling {
  readonly form: Form;
  /** What stands at the beginning of the written topic… */
  readonly written: string;
  /** …in place of this beginning of the full one. */
  readonly full: string;
}

export const FULL_SPELLINGS: readonly Spelling[] = [
  { form: 'full', written: '$devices/', full: '$devices/' },
  { form: 'full', written: '$registries/', full: '$registries/' },
  { form: 'full', written: '$monitoring/', full: '$monitoring/' },
];
export const BARE_SPELLINGS: readonly Spelling[] = [
  { form: 'bare', written: 'devices/', full: '$devices/' },
  { form: 'bare', written: 'registries/', full: '$registries/' },
];

export function myDevice(deviceId: string): Spelling {
  return { form: 'me', written: '$me/device/', full: `$devices/${deviceId}/` };
}
export function myRegistry(registryId: string): Spelling {
  return { form: 'me', written: '$me/registry/', full: `$registries/${registryId}/` };
}
export function myMonitoring(deviceId: string): Spelling {
  return { form: 'me', written: '$me/monitoring/', full: `$monitoring/${deviceId}/` };
}
export function aliasSpellings(aliases: ReadonlyMap<string, string>): Spelling[] {
  return [...aliases].map(([alias, prefix]) => ({ form: 'alias', written: alias, full: prefix }));
}

const FORM_OF_BEGINNING: readonly (readonly [string, Form])[] = [
  ['$devices/', 'full'],
  ['$registries/', 'full'],
  ['$monitoring/', 'full'],
  ['$me/', 'me'],
  ['devices/', 'bare'],
  ['registries/', 'bare'],
];

/** The form of a topic or filter, told by how it begins; undefined: it begins with `$` and is none of ours. */
export function formOf(text: string): Form | undefined {
  for (const [beginning, form] of FORM_OF_BEGINNING) {
    if (text.startsWith(beginning)) return form;
  }
  return text.startsWith('$') ? undefined : 'alias';
}

/** Reads a written topic: its full name, or undefined if it is not written in this spelling. */
export function toFull(spelling: Spelling, written: string): string | undefined {
  if (!written.startsWith(spelling.written)) return undefined;
  return spelling.full + written.slice(spelling.written.length);
}

/**
 * Writes a full name in this spelling, or undefined if it cannot be. A name that would read as another form has to be
 * left out: an alias `dev` may not make `ices/…` into `devices/…`.
 */
export function toWritten(spelling: Spelling, full: string): string | undefined {
  if (!full.startsWith(spelling.full)) return undefined;
  const written = spelling.written + full.slice(spelling.full.length);
  return formOf(written) === spelling.form ? written : undefined;
}

/** Is what stands behind the kind, in a topic or filter in any form but an alias, within the limit? */
export function isSubtopicWithinLimit(subtopic: string | undefined): boolean {
  return (
    subtopic === undefined ||
    subtopic.length <= limits.subtopic.max ||
    characterCount(subtopic) <= limits.subtopic.max
  );
}
