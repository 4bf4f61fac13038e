/** JWTs of service accounts, as clients of the old service make them. */
import { constants, createSign, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { ApiClient } from '@iotcore/testkit';
import { createAccount } from './accounts.ts';

/** Which method the JWT is for, as the old service names it. */
export const audience = 'https://iam.api.cloud.yandex.net/iam/v1/tokens';

const { privateKey: signing, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const privateKey = signing;
export const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** An account with these roles, and the authorized key that `makeJwt` signs with. */
export async function accountWithKey(api: ApiClient, ...roles: { folderId: string; role: string }[]) {
  const account = await createAccount(api, ...roles);
  const { response } = await api.must('POST', `/ext/v1/serviceAccounts/${account.id}/authorizedKeys`, {
    publicKey: publicPem,
  });
  return { id: account.id, keyId: response.id as string };
}

export interface JwtOptions {
  readonly header?: object;
  readonly claims?: object;
  readonly key?: KeyObject;
  readonly pkcs1?: boolean;
}

/** A JWT as clients of the old service make it. */
export function makeJwt(
  account: { id: string; keyId: string },
  { header, claims, key = privateKey, pkcs1 }: JwtOptions = {},
) {
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = encode({ alg: 'PS256', typ: 'JWT', kid: account.keyId, ...header });
  const body = encode({ iss: account.id, aud: audience, iat: now, exp: now + 3600, ...claims });
  const said = Buffer.from(`${head}.${body}`);
  const signature = pkcs1
    ? createSign('sha256').update(said).sign(key)
    : sign('sha256', said, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
  return `${head}.${body}.${signature.toString('base64url')}`;
}
