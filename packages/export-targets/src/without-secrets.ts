import { cutText, unprintable } from '@iotcore/model';
import type { OpenedSecrets } from './opened-export.ts';

/** Shorter ones would be found in any text. */
const leastCharacters = 4;

/** What others wrote, fit to be shown: a receiver may say back what it was sent. At most `most` characters of it. */
export function withoutSecrets(
  text: string,
  { signingSecret, previous, target }: OpenedSecrets,
  most: number,
): string {
  const headers = Object.values(JSON.parse(target['webhook.headers'] ?? '{}') as Record<string, string>);
  const all = [signingSecret, previous?.signingSecret ?? '', ...Object.values(target), ...headers];
  const password = target['webhook.auth.basic.password'];
  let shown = text;
  for (const secret of all)
    if (secret.length >= leastCharacters) shown = shown.replaceAll(secret, '(secret)');
  // Basic credentials say the password in base64.
  if (password !== undefined) shown = shown.replaceAll(/Basic [A-Za-z0-9+/=]+/g, '(secret)');
  return printable(shown, most);
}

/** The beginning of a text, as any log and any database takes it. */
export function printable(text: string, most: number): string {
  return cutText(text, most).replaceAll(unprintable, ' ');
}
