/** JSON and YAML that say exactly what they are given, and still do nothing to the terminal that shows them. */
import { unprintable } from '@iotcore/model';

/** JSON; what does not print as itself is written as `\u202e`, which reads back as the same. */
export function jsonText(value: unknown, indent?: number): string {
  return escapeAll(JSON.stringify(value, null, indent), (character) =>
    character
      .split('')
      .map((unit) => hex('\\u', unit.charCodeAt(0), 4))
      .join(''),
  );
}

/** A YAML document. Its texts are quoted only if they hold what must be escaped. */
export async function yamlText(value: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  // Timestamps stay text for parsers of YAML 1.1, too.
  const options = { version: '1.1', lineWidth: 0 } as const;
  const plain = stringify(value, options);
  const toEscape = (character: string) => hex('\\U', character.codePointAt(0) ?? 0, 8);
  if (escapeAll(plain, toEscape) === plain) return plain;
  return escapeAll(stringify(value, { ...options, defaultStringType: 'QUOTE_DOUBLE' }), toEscape);
}

/** All but line breaks, which in both stand between texts, and never in them. */
function escapeAll(document: string, escaped: (character: string) => string): string {
  return document.replaceAll(unprintable, (character) =>
    character === '\n' ? character : escaped(character),
  );
}

function hex(prefix: string, number: number, digits: number): string {
  return prefix + number.toString(16).padStart(digits, '0');
}
