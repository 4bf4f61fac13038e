/** What the API says of a refusal, in Russian: it says it in English alone. What is not known here stays as it came. */
import { reasons } from './reasons.ts';
import { sentences } from './sentences.ts';

const exact = new Map(Object.entries(sentences));
const hole = /\\\{(\d)\\\}/g;

/** Those with something to fill in: what of it is a sentence, or the name of a thing, is put into Russian, too. */
const patterns = Object.entries(sentences)
  .filter(([english]) => /\{\d\}/.test(english))
  .map(([english, russian]) => {
    const escaped = english.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(hole, '(.+?)');
    return { pattern: new RegExp(`^${escaped}$`, 's'), russian };
  });

/** Undefined: this sentence is not known here. */
export function sentenceInRussian(english: string): string | undefined {
  const known = exact.get(english);
  if (known !== undefined) return known;
  for (const { pattern, russian } of patterns) {
    const found = pattern.exec(english);
    if (found) return russian.replace(/\{(\d)\}/g, (_, at) => filled(found[Number(at) + 1] ?? ''));
  }
  return undefined;
}

function filled(text: string): string {
  return sentenceInRussian(text) ?? text;
}

/** Of a code of the connection log, and of a refused client. */
export function reasonInRussian(code: string): { readonly name: string; readonly rule: string } | undefined {
  const known = Object.hasOwn(reasons, code) ? reasons[code] : undefined;
  return known && { name: known[0], rule: known[1] };
}
