/**
 * Every secret that the harness makes, sends or is given in the tests of one file. What an installation wrote is searched
 * for them when it ends: see `findLeaks`.
 */

/** Shorter ones are words that may stand anywhere, in characters. */
const shortestSecret = 12;

const secrets = new Set<string>();

export function knownSecrets(): ReadonlySet<string> {
  return secrets;
}

export function forgetSecrets(): void {
  secrets.clear();
}

/** A password, token or key, as it would stand in a text. */
export function noteSecret(secret: unknown): void {
  if (typeof secret === 'string' && secret.trim().length >= shortestSecret) secrets.add(secret.trim());
}

/** Of a private key a line: its line ends are written in many ways. */
export function notePrivateKey(pem: string | undefined): void {
  const lines = pem?.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('-----'));
  noteSecret(lines?.[lines.length >> 1]);
}

/** The fields of requests and answers that hold one. */
const secretFields = new Set(['password', 'secret', 'signingSecret', 'iamToken', 'jwt']);

/** Notes whatever lies in secret fields of a request or an answer. */
export function noteSecretsIn(body: unknown): void {
  if (typeof body !== 'object' || body === null) return;
  for (const [name, value] of Object.entries(body)) {
    if (secretFields.has(name)) noteSecret(value);
  }
}
