/**
 * Access tokens: JWTs that the installation signs for an account. A token says whose it is, not what it may do: roles are
 * looked up when it is used, so that taking one away takes effect at once.
 */
import { errors as joseErrors, jwtVerify, SignJWT } from 'jose';
import { type InstallationKeys, signingAlgorithm } from './installation-keys.ts';

const issuer = 'iotcore';
const apiAudience = 'api';
const dataPlaneAudience = 'data-plane';
/** For a message to the data plane, which comes within moments. */
const dataPlaneSeconds = 60;

export interface AccessToken {
  readonly accountId: string;
  /** The authorized key that it was exchanged for; it lives no longer than that. */
  readonly authorizedKeyId: string | undefined;
  readonly expiresAt: Date;
}

export class AccessTokens {
  readonly #keys: InstallationKeys;

  constructor(keys: InstallationKeys) {
    this.#keys = keys;
  }

  async issue({ accountId, authorizedKeyId, expiresAt }: AccessToken): Promise<string> {
    return this.#sign(
      apiAudience,
      { ...(authorizedKeyId && { akid: authorizedKeyId }) },
      accountId,
      expiresAt,
    );
  }

  /** For the API itself, towards the data plane. */
  async issueForDataPlane(now: Date): Promise<string> {
    const expiresAt = new Date(now.getTime() + dataPlaneSeconds * 1000);
    return this.#sign(dataPlaneAudience, {}, 'api', expiresAt);
  }

  /** What the token says; undefined if it is not one of ours, not for the API, or expired. */
  async read(token: string, now = new Date()): Promise<AccessToken | undefined> {
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.#keyNamed(kid), {
        algorithms: [signingAlgorithm],
        issuer,
        audience: apiAudience,
        requiredClaims: ['sub', 'exp'],
        currentDate: now,
      });
      const akid = payload['akid'];
      return {
        accountId: payload.sub ?? '',
        authorizedKeyId: typeof akid === 'string' ? akid : undefined,
        expiresAt: new Date((payload.exp ?? 0) * 1000),
      };
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

  async #sign(audience: string, claims: object, subject: string, expiresAt: Date): Promise<string> {
    const { kid, privateKey } = this.#keys.signing;
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: signingAlgorithm, kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime(expiresAt)
      .sign(privateKey);
  }
}
