/**
 * Text that others chose (names, topics, payloads) on somebody's terminal: what could move the cursor, change colours,
 * break lines or turn the reading direction is shown as an escape instead.
 */
import { unprintable } from '@iotcore/model';

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
