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
  return sentenceInRussian(text) ?? reasonInRussian(text)?.name ?? text;
}

/**
 * What an import says of an entry: `field: sentence`, as many as there are, one after the other. A sentence may itself hold what looks
 * like the next field: a piece that is not known takes the next one along.
 */
export function findingsInRussian(english: string): string {
  const said: string[] = [];
  let left = '';
  for (const piece of english.split(/ (?=\S+: )/)) {
    left = left === '' ? piece : `${left} ${piece}`;
    const known = findingInRussian(left);
    if (known === undefined) continue;
    said.push(known);
    left = '';
  }
  return [...said, ...(left === '' ? [] : [left])].join(' ');
}

function findingInRussian(english: string): string | undefined {
  for (const { index } of english.matchAll(/: /g)) {
    const known = sentenceInRussian(english.slice(index + 2));
    if (known !== undefined) return `${english.slice(0, index)}: ${known}`;
  }
  return undefined;
}

/** Of a code of the connection log, and of a refused client. */
export function reasonInRussian(code: string): { readonly name: string; readonly rule: string } | undefined {
  const known = Object.hasOwn(reasons, code) ? reasons[code] : undefined;
  return known && { name: known[0], rule: known[1] };
}
