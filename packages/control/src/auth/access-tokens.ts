/**
 * Access tokens, that the installation signs for an account. A token says whose it is, not what it may do: roles are
 * looked up when it is used, so that taking one away takes effect at once.
 */
import { hash } from 'node:crypto';
import { LruMap, systemClock } from '@iotcore/process';
import { errors as joseErrors, jwtVerify, SignJWT } from 'jose';
import { maxRemembered } from '../limits.ts';
import { readToken, signToken } from './compact-token.ts';
import { type InstallationKeys, type KeySet, signingAlgorithm } from './installation-keys.ts';

const issuer = 'iotcore';
const apiAudience = 'api';
const dataPlaneAudience = 'data-plane';
/** For a message to an MQTT server, which comes within moments. */
const dataPlaneSeconds = 60;

export interface AccessToken {
  readonly accountId: string;
  /** The authorized key that it was exchanged for; it lives no longer than that. */
  readonly authorizedKeyId?: string | undefined;
  /** SHA-256 of the secret of the API key that it was exchanged for, in base64url; it lives no longer than that. */
  readonly apiKeySha256?: string | undefined;
  /** It was exchanged for another secret, or renewed by a token that was: a token that it is renewed by ends no later. */
  readonly isExchanged?: boolean | undefined;
  /** In whole seconds. */
  readonly expiresAt: Date;
  /** In milliseconds; whole seconds in tokens before version 0.2. Absent in what is to be issued: now. */
  readonly issuedAt?: Date;
}

type KeySource = Pick<InstallationKeys, 'current'>;

export class AccessTokens {
  readonly #keys: KeySource;
  readonly #now: () => Date;
  #verified: { readonly keys: KeySet; readonly tokens: LruMap<string, AccessToken> } | undefined;

  constructor(keys: KeySource, now: () => Date = systemClock.date) {
    this.#keys = keys;
    this.#now = now;
  }

  async issue({
    accountId,
    authorizedKeyId,
    apiKeySha256,
    isExchanged,
    expiresAt,
    issuedAt = this.#now(),
  }: AccessToken): Promise<string> {
    const { kid, privateKey } = (await this.#keys.current()).signing;
    const claims = {
      alg: signingAlgorithm,
      kid,
      iss: issuer,
      aud: apiAudience,
      sub: accountId,
      iat: issuedAt.getTime() / 1000,
      exp: Math.floor(expiresAt.getTime() / 1000),
      akid: authorizedKeyId,
      aksh: apiKeySha256,
      xch: isExchanged || undefined,
    };
    return signToken(claims, privateKey);
  }

  /**
   * For the API itself, towards the MQTT servers: a JWT. No client sees it, and those of the version before read it too.
   */
  async issueForDataPlane(): Promise<string> {
    const now = this.#now();
    const { kid, privateKey } = (await this.#keys.current()).signing;
    return new SignJWT({})
      .setProtectedHeader({ alg: signingAlgorithm, kid })
      .setIssuer(issuer)
      .setAudience(dataPlaneAudience)
      .setSubject('api')
      .setIssuedAt(now)
      .setExpirationTime(new Date(now.getTime() + dataPlaneSeconds * 1000))
      .sign(privateKey);
  }

  /**
   * What the token says; undefined if it is not one of ours, not for the API, or expired. A signature is checked once, and
   * remembered for as long as the installation's keys are the same.
   */
  async read(token: string): Promise<AccessToken | undefined> {
    const now = this.#now();
    const keys = await this.#keys.current();
    const memory = this.#memoryOf(keys);
    const digest = hash('sha256', token, 'base64');
    const known = memory.get(digest);
    if (known) return known.expiresAt > now ? known : undefined;
    const claims = (await readCompact(token, keys, now)) ?? (await readJwt(token, keys, now));
    const found = claims && toAccessToken(claims);
    if (found) memory.set(digest, found);
    return found;
  }

  /** Of other keys nothing is remembered: what they signed may not be good any more. */
  #memoryOf(keys: KeySet): LruMap<string, AccessToken> {
    if (this.#verified?.keys !== keys) this.#verified = { keys, tokens: new LruMap(maxRemembered) };
    return this.#verified.tokens;
  }
}

type Claims = Readonly<Record<string, unknown>>;

function toAccessToken({ sub, iat, exp, akid, aksh, xch }: Claims): AccessToken | undefined {
  if (typeof sub !== 'string' || typeof exp !== 'number') return undefined;
  return {
    accountId: sub,
    authorizedKeyId: typeof akid === 'string' ? akid : undefined,
    apiKeySha256: typeof aksh === 'string' ? aksh : undefined,
    isExchanged: xch === true,
    expiresAt: new Date(exp * 1000),
    // One that does not say when it was issued is taken for older than any.
    issuedAt: new Date(typeof iat === 'number' ? Math.round(iat * 1000) : 0),
  };
}

async function readCompact(text: string, { verification }: KeySet, now: Date): Promise<Claims | undefined> {
  const token = readToken(text);
  if (!token) return undefined;
  const { alg, kid, iss, aud, exp } = token.payload;
  const key = verification.get(typeof kid === 'string' ? kid : '');
  if (!key || alg !== signingAlgorithm || iss !== issuer || aud !== apiAudience) return undefined;
  if (typeof exp !== 'number' || exp * 1000 <= now.getTime()) return undefined;
  return (await token.isSignedBy(key)) ? token.payload : undefined;
}

/** The form before version 0.2, a JWT: such tokens are good until their end, the longest of them for a year. */
async function readJwt(text: string, { verification }: KeySet, now: Date): Promise<Claims | undefined> {
  const keyNamed = (kid = '') => {
    const key = verification.get(kid);
    if (!key) throw new joseErrors.JWKSNoMatchingKey();
    return key;
  };
  try {
    const { payload } = await jwtVerify(text, ({ kid }) => keyNamed(kid), {
      algorithms: [signingAlgorithm],
      issuer,
      audience: apiAudience,
      requiredClaims: ['sub', 'exp'],
      currentDate: now,
    });
    return payload;
  } catch (error) {
    if (error instanceof joseErrors.JOSEError) return undefined;
    throw error;
  }
}
