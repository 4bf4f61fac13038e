import type { AccessTokens } from './access-tokens.ts';
import { hashApiKeySecret, isApiKeySecret } from './api-key-secrets.ts';
import type { Caller } from './caller.ts';
import { type CallerDirectory, rolesOf } from './caller-directory.ts';

const schemes = /^(Bearer|Api-Key) +([\x21-\x7e]+) *$/i;

/** Proves who makes a request, by its `Authorization` header. */
export class Authenticator {
  readonly #tokens: AccessTokens;
  readonly #directory: CallerDirectory;

  constructor(tokens: AccessTokens, directory: CallerDirectory) {
    this.#tokens = tokens;
    this.#directory = directory;
  }

  /** Undefined for every reason alike: no header, a scheme unknown, a token forged, expired or revoked. */
  async authenticate(authorization: string | undefined): Promise<Caller | undefined> {
    const [, scheme, credentials] = schemes.exec(authorization ?? '') ?? [];
    if (scheme === undefined || credentials === undefined) return undefined;
    return scheme.toLowerCase() === 'bearer' ? this.#byToken(credentials) : this.#byApiKey(credentials);
  }

  async #byToken(text: string): Promise<Caller | undefined> {
    const token = await this.#tokens.read(text);
    if (!token) return undefined;
    const account = await this.#directory.account(token.accountId);
    if (!account) return undefined;
    const { authorizedKeyId } = token;
    if (authorizedKeyId !== undefined) {
      const key = account.authorizedKeys.find(({ id }) => id === authorizedKeyId);
      if (!key || isOver(key.expiresAt)) return undefined;
    }
    return { id: account.id, roleBindings: rolesOf(account) };
  }

  async #byApiKey(secret: string): Promise<Caller | undefined> {
    if (!isApiKeySecret(secret)) return undefined;
    const key = await this.#directory.apiKey(hashApiKeySecret(secret));
    if (!key || isOver(key.expiresAt)) return undefined;
    const account = await this.#directory.account(key.serviceAccountId);
    return account && { id: account.id, roleBindings: rolesOf(account) };
  }
}

function isOver(expiresAt: Date | null): boolean {
  return expiresAt !== null && expiresAt.getTime() <= Date.now();
}
