/** The JWT with which a service account asks for an access token, as clients of the old service make it. */
import { createPublicKey } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, errors as joseErrors, jwtVerify } from 'jose';
import type { CallerDirectory } from './caller-directory.ts';
import type { TokenAudiences } from './token-audiences.ts';

const algorithm = 'PS256';
/** Of the JWT itself, as the old service had it. */
const maxLifetimeSeconds = 3600;
/** Clocks of clients differ. */
const clockToleranceSeconds = 60;
export interface ProvenAccount {
  readonly accountId: string;
  readonly authorizedKeyId: string;
}

/** Whose JWT it is, if it is good; undefined for every reason alike. */
export async function readAccountJwt(
  jwt: string,
  directory: CallerDirectory,
  audiences: TokenAudiences,
  now: Date,
): Promise<ProvenAccount | undefined> {
  try {
    const { kid } = decodeProtectedHeader(jwt);
    const { iss } = decodeJwt(jwt);
    const account = iss === undefined ? undefined : await directory.account(iss);
    const key = account?.authorizedKeys.find(({ id }) => id === kid);
    if (!account || !key || (key.expiresAt && key.expiresAt <= now)) return undefined;
    const { payload } = await jwtVerify(jwt, createPublicKey(key.publicKey), {
      algorithms: [algorithm],
      issuer: account.id,
      requiredClaims: ['aud', 'iat', 'exp'],
      clockTolerance: clockToleranceSeconds,
      currentDate: now,
    });
    if (!audiences.accept(payload.aud)) return undefined;
    const { iat = 0, exp = Number.POSITIVE_INFINITY } = payload;
    if (exp - iat > maxLifetimeSeconds || iat > now.getTime() / 1000 + clockToleranceSeconds)
      return undefined;
    return { accountId: account.id, authorizedKeyId: key.id };
  } catch (error) {
    if (error instanceof joseErrors.JOSEError || error instanceof TypeError) return undefined;
    throw error;
  }
}
