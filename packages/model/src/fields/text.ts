import type { Violation } from './violation.ts';

/** Length in characters (Unicode code points). */
export function characterCount(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * What no free text may hold: U+0000, which PostgreSQL cannot store, and lone surrogates, which have no UTF-8 form.
 * Everything else (line breaks, bidirectional marks, markup) is data, escaped where it is shown.
 */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** Checks free text: at most `max` characters, storable. Returns what is wrong, or undefined. */
export function checkText(text: string, max: number, field: string): Violation | undefined {
  // A string has at least as many UTF-16 units as characters, so the cheap test answers nearly always.
  if (text.length > max && characterCount(text) > max) {
    return { code: 'TOO_LONG', field, description: `At most ${max} characters.` };
  }
  if (!isStorableText(text)) {
    return { code: 'INVALID_CHARACTERS', field, description: 'No U+0000 and no lone surrogates.' };
  }
  return undefined;
}
