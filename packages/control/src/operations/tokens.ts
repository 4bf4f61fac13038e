import { CreateIamTokenRequest, CreateIamTokenResponse } from '@iotcore/contract';
import { readAccountJwt } from '../auth/account-jwt.ts';
import { errors } from '../errors/catalogue.ts';
import { defineOperation } from '../pipeline/operation.ts';
import { nothing } from '../pipeline/subject.ts';

/** As in the old service. */
const tokenLifetimeMs = 12 * 3_600_000;

export const tokenOperations = [
  defineOperation({
    name: 'createIamToken',
    service: 'IamService',
    summary: 'Exchanges a signed JWT of a service account for an access token',
    description:
      'The JWT is signed with an authorized key of the account (PS256, header `kid`) and lives an hour at most. The token lives 12 hours, but no longer than the key and the account.',
    permission: 'public',
    message: CreateIamTokenRequest,
    output: CreateIamTokenResponse,
    subject: () => nothing,
    async run({ input }, { directory, tokens, tokenAudiences }) {
      const proven = await readAccountJwt(input.jwt, directory, tokenAudiences);
      if (!proven) throw errors.unauthenticated();
      const expiresAt = new Date(Date.now() + tokenLifetimeMs);
      return { iamToken: await tokens.issue({ ...proven, expiresAt }), expiresAt: expiresAt.toISOString() };
    },
  }),
];
