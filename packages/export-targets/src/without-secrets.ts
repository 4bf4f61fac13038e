import { cutText, unprintable } from '@iotcore/model';
import type { OpenedSecrets } from './opened-export.ts';

/** Shorter ones would be found in any text. */
const leastCharacters = 4;
const mask = '(secret)';

/** What others wrote, fit to be shown: a receiver may say back what it was sent. At most `most` characters of it. */
export function withoutSecrets(text: string, secrets: OpenedSecrets, most: number): string {
  if (text === '') return text;
  const forms = formsOf(secrets);
  const shown = forms.reduce((rest, form) => rest.replaceAll(form, mask), text);
  return printable(withoutCutSecret(shown, forms), most);
}

/** The beginning of a text, as any log and any database takes it. */
function printable(text: string, most: number): string {
  return cutText(text, most).replaceAll(unprintable, ' ');
}

/** Of an answer the beginning is read: it may end within a secret. */
function withoutCutSecret(text: string, forms: readonly string[]): string {
  for (const form of forms)
    for (let length = Math.min(form.length - 1, text.length); length >= leastCharacters; length -= 1)
      if (text.endsWith(form.slice(0, length))) return `${text.slice(0, -length)}${mask}`;
  return text;
}

/** Worked out once for each export: answers are many. */
const known = new WeakMap<OpenedSecrets, readonly string[]>();

/** How its secrets may stand in a text, the longest first: a part of one must not be taken for all of it. */
function formsOf(secrets: OpenedSecrets): readonly string[] {
  const found = known.get(secrets);
  if (found) return found;
  const { signingSecret, previous, target } = secrets;
  const headers = Object.values(JSON.parse(target['webhook.headers'] ?? '{}') as Record<string, string>);
  const all = [signingSecret, previous?.signingSecret ?? '', ...Object.values(target), ...headers];
  const forms = new Set(
    all.filter((secret) => secret.length >= leastCharacters).flatMap((secret) => [...writtenForms(secret)]),
  );
  const sorted = [...forms].sort((a, b) => b.length - a.length);
  known.set(secrets, sorted);
  return sorted;
}

/** As it is, as text in JSON, and in JSON within JSON; in a URL; in base64, whatever stands before it there. */
function* writtenForms(secret: string): Generator<string> {
  const inJson = JSON.stringify(secret).slice(1, -1);
  yield* [secret, inJson, JSON.stringify(inJson).slice(1, -1), encodeURIComponent(secret)];
  const bytes = Buffer.from(secret);
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes, Buffer.alloc(2)]).toString('base64');
    // Characters that follow from the secret alone: each is six bits.
    const inBase64 = encoded.slice(
      Math.ceil((before * 8) / 6),
      Math.floor(((before + bytes.length) * 8) / 6),
    );
    yield* [inBase64, inBase64.replaceAll('+', '-').replaceAll('/', '_')];
  }
}
