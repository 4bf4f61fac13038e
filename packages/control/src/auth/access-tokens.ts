/**
 * Access tokens, that the installation signs for an account. A token says whose it is, not what it may do: roles are
 * looked up when it is used, so that taking one away takes effect at once.
 */
import { errors as joseErrors, jwtVerify, SignJWT } from 'jose';
import { readToken, signToken } from './compact-token.ts';
import { type InstallationKeys, signingAlgorithm } from './installation-keys.ts';

const issuer = 'iotcore';
const apiAudience = 'api';
const dataPlaneAudience = 'data-plane';
/** For a message to the data plane, which comes within moments. */
const dataPlaneSeconds = 60;

export interface AccessToken {
  readonly accountId: string;
  /** The authorized key that it was exchanged for; it lives no longer than that. */
  readonly authorizedKeyId?: string | undefined;
  /** SHA-256 of the secret of the API key that it was exchanged for, in base64url; it lives no longer than that. */
  readonly apiKeySha256?: string | undefined;
  readonly expiresAt: Date;
}

export class AccessTokens {
  readonly #keys: InstallationKeys;

  constructor(keys: InstallationKeys) {
    this.#keys = keys;
  }

  async issue({ accountId, authorizedKeyId, apiKeySha256, expiresAt }: AccessToken): Promise<string> {
    const { kid, privateKey } = this.#keys.signing;
    const claims = {
      alg: signingAlgorithm,
      kid,
      iss: issuer,
      aud: apiAudience,
      sub: accountId,
      iat: Math.floor(Date.now() / 1000),
      exp: Math.floor(expiresAt.getTime() / 1000),
      akid: authorizedKeyId,
      aksh: apiKeySha256,
    };
    return signToken(claims, privateKey);
  }

  /**
   * For the API itself, towards the data plane: a JWT. No client sees it, and nodes of the version before read it too.
   */
  async issueForDataPlane(now: Date): Promise<string> {
    const { kid, privateKey } = this.#keys.signing;
    return new SignJWT({})
      .setProtectedHeader({ alg: signingAlgorithm, kid })
      .setIssuer(issuer)
      .setAudience(dataPlaneAudience)
      .setSubject('api')
      .setIssuedAt()
      .setExpirationTime(new Date(now.getTime() + dataPlaneSeconds * 1000))
      .sign(privateKey);
  }

  /** What the token says; undefined if it is not one of ours, not for the API, or expired. */
  async read(token: string, now = new Date()): Promise<AccessToken | undefined> {
    const claims = (await this.#readCompact(token, now)) ?? (await this.#readJwt(token, now));
    if (!claims) return undefined;
    const { sub, exp, akid, aksh } = claims;
    if (typeof sub !== 'string' || typeof exp !== 'number') return undefined;
    return {
      accountId: sub,
      authorizedKeyId: typeof akid === 'string' ? akid : undefined,
      apiKeySha256: typeof aksh === 'string' ? aksh : undefined,
      expiresAt: new Date(exp * 1000),
    };
  }

  async #readCompact(text: string, now: Date): Promise<Readonly<Record<string, unknown>> | undefined> {
    const token = readToken(text);
    if (!token) return undefined;
    const { alg, kid, iss, aud, exp } = token.payload;
    const key = this.#keys.verification.get(typeof kid === 'string' ? kid : '');
    if (!key || alg !== signingAlgorithm || iss !== issuer || aud !== apiAudience) return undefined;
    if (typeof exp !== 'number' || exp * 1000 <= now.getTime()) return undefined;
    return (await token.isSignedBy(key)) ? token.payload : undefined;
  }

  /** The form before version 0.2, a JWT: such tokens are good until their end, the longest of them for a year. */
  async #readJwt(text: string, now: Date): Promise<Readonly<Record<string, unknown>> | undefined> {
    try {
      const { payload } = await jwtVerify(text, ({ kid }) => this.#keyNamed(kid), {
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

  #keyNamed(kid: string | undefined) {
    const key = this.#keys.verification.get(kid ?? '');
    if (!key) throw new joseErrors.JWKSNoMatchingKey();
    return key;
  }
}
