import type { CallerAccount } from '@iotcore/store/control';
import type { AccessToken, AccessTokens } from './access-tokens.ts';
import { hashApiKeySecret, isApiKeySecret } from './api-key-secrets.ts';
import type { BrowserSessions } from './browser-sessions.ts';
import type { Caller } from './caller.ts';
import { type CallerDirectory, rolesOf } from './caller-directory.ts';

const schemes = /^(Bearer|Api-Key) +([\x21-\x7e]+) *$/i;

/** An account whose secret is good, and until when. */
type Proven = Pick<AccessToken, 'authorizedKeyId' | 'apiKeySha256'> & {
  readonly caller: Caller;
  /** Undefined: until it is revoked. */
  readonly expiresAt: Date | undefined;
};

/** Authenticates the caller of a request by its credential, or by the secret of its session. */
export class Authenticator {
  readonly #tokens: AccessTokens;
  readonly #directory: CallerDirectory;
  readonly #sessions: BrowserSessions;
  readonly #now: () => Date;

  constructor(tokens: AccessTokens, directory: CallerDirectory, sessions: BrowserSessions, now: () => Date) {
    this.#tokens = tokens;
    this.#directory = directory;
    this.#sessions = sessions;
    this.#now = now;
  }

  /**
   * Undefined for every reason alike: no credential, a scheme unknown, a token forged, expired or revoked.
   *
   * @param sessionSecret counts only where no credential was sent
   */
  async authenticate(credential: string | undefined, sessionSecret?: string): Promise<Caller | undefined> {
    if (credential === undefined && sessionSecret !== undefined) return this.#bySession(sessionSecret);
    const [, scheme, credentials] = schemes.exec(credential ?? '') ?? [];
    if (scheme === undefined || credentials === undefined) return undefined;
    const proven = await (scheme.toLowerCase() === 'bearer'
      ? this.#byToken(credentials)
      : this.#byApiKey(credentials));
    return proven?.caller;
  }

  /** The account that a secret belongs to, a token or the secret of an API key; undefined for every reason alike. */
  async prove(secret: string): Promise<Proven | undefined> {
    return isApiKeySecret(secret) ? this.#byApiKey(secret) : this.#byToken(secret);
  }

  async #byToken(text: string): Promise<Proven | undefined> {
    const token = await this.#tokens.read(text);
    if (!token) return undefined;
    const account = await this.#directory.account(token.accountId);
    if (!account || isEnded(token, account)) return undefined;
    const { authorizedKeyId, apiKeySha256 } = token;
    if (authorizedKeyId !== undefined) {
      const key = account.authorizedKeys.find(({ id }) => id === authorizedKeyId);
      if (!key || this.#isOver(key.expiresAt)) return undefined;
    }
    if (apiKeySha256 !== undefined) {
      const key = await this.#directory.apiKey(Buffer.from(apiKeySha256, 'base64url'));
      if (!key || key.serviceAccountId !== account.id || this.#isOver(key.expiresAt)) return undefined;
    }
    const isOfKey = authorizedKeyId !== undefined || apiKeySha256 !== undefined;
    const key = isOfKey ? { authorizedKeyId, apiKeySha256 } : undefined;
    const exchangedUntil = token.isExchanged ? token.expiresAt : undefined;
    const caller = { id: account.id, roleBindings: rolesOf(account), key, exchangedUntil };
    return { ...token, caller: { ...caller, secretExpiresAt: token.expiresAt } };
  }

  async #byApiKey(secret: string): Promise<Proven | undefined> {
    if (!isApiKeySecret(secret)) return undefined;
    const sha256 = hashApiKeySecret(secret);
    const key = await this.#directory.apiKey(sha256);
    if (!key || this.#isOver(key.expiresAt)) return undefined;
    const account = await this.#directory.account(key.serviceAccountId);
    if (!account) return undefined;
    const apiKeySha256 = sha256.toString('base64url');
    const expiresAt = key.expiresAt ?? undefined;
    const caller = { id: account.id, roleBindings: rolesOf(account), key: { apiKeySha256 } };
    return { caller: { ...caller, secretExpiresAt: expiresAt }, apiKeySha256, expiresAt };
  }

  async #bySession(secret: string): Promise<Caller | undefined> {
    const session = await this.#sessions.use(secret);
    const account = session && (await this.#directory.account(session.serviceAccountId));
    // Ending all tokens of an account ends its browser sessions as well.
    if (!account || isEnded({ issuedAt: session.createdAt }, account)) return undefined;
    return { id: account.id, roleBindings: rolesOf(account), browserSessionId: session.id };
  }

  #isOver(expiresAt: Date | null): boolean {
    return expiresAt !== null && expiresAt <= this.#now();
  }
}

/** Whether all tokens of the account were ended after this one, or this session, began. */
function isEnded({ issuedAt }: Pick<AccessToken, 'issuedAt'>, { tokensSince }: CallerAccount): boolean {
  return tokensSince ? issuedAt === undefined || issuedAt < tokensSince : false;
}
