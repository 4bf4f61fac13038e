/**
 * Text that others chose (names, topics, payloads) on somebody's terminal: what could move the cursor, change colours,
 * break lines or turn the reading direction is shown as an escape instead.
 */

// C0, DEL and C1 controls; line and paragraph separator; marks, embeddings and isolates of bidirectional text;
// zero-width characters; the byte order mark; tags; lone surrogates.
export const unprintable =
  /[\p{Cc}\u2028\u2029\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\p{Cs}\u{e0000}-\u{e007f}]/gu;

/** The text with everything that does not print as itself written as `\n`, `\u{1b}` and so on. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, escaped);
}

const short: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function escaped(character: string): string {
  return short.get(character) ?? `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
