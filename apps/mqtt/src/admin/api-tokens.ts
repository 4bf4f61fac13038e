import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { errors as joseErrors, jwtVerify } from 'jose';

const algorithm = 'EdDSA';
const apiIssuer = 'iotcore';
const dataPlaneAudience = 'data-plane';
/** An installation has one key, and a few while it is replaced. */
const maxKeys = 100;

/** Checks that a call comes from the installation's API: a JWT for the data plane, signed by the installation's key. */
export class ApiTokens {
  readonly #findKey: (kid: string) => Promise<object | undefined>;
  readonly #keys = new Map<string, KeyObject>();

  /** `findKey` answers the public JWK of a key of the installation; it rejects while the database is away. */
  constructor(findKey: (kid: string) => Promise<object | undefined>) {
    this.#findKey = findKey;
  }

  /** Keys came or went. */
  forget(): void {
    this.#keys.clear();
  }

  /** Is this the value of an Authorization header with such a token? Rejects while that cannot be known. */
  async isValid(authorization: string | undefined): Promise<boolean> {
    const token = /^Bearer ([\w.-]+)$/.exec(authorization ?? '')?.[1];
    if (token === undefined) return false;
    try {
      await jwtVerify(token, ({ kid }) => this.#keyNamed(kid ?? ''), {
        algorithms: [algorithm],
        issuer: apiIssuer,
        audience: dataPlaneAudience,
        requiredClaims: ['exp'],
      });
      return true;
    } catch (error) {
      if (error instanceof joseErrors.JOSEError) return false;
      throw error;
    }
  }

  async #keyNamed(kid: string): Promise<KeyObject> {
    const known = this.#keys.get(kid);
    if (known) return known;
    const jwk = await this.#findKey(kid);
    if (!jwk) throw new joseErrors.JWKSNoMatchingKey();
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    if (this.#keys.size >= maxKeys) this.#keys.clear();
    this.#keys.set(kid, key);
    return key;
  }
}
