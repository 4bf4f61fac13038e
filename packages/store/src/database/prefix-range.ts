/** U+10FFFF is no character, and compares greater than all others by bytes: no text holds it. */
export const highestCharacter = '\u{10FFFF}';

/** Texts with this prefix lie between it and this end, which is excluded, in columns that compare by bytes. */
export function prefixRangeEnd(prefix: string): string {
  return prefix + highestCharacter;
}
