import { CreateIamTokenRequest, CreateIamTokenResponse } from '@iotcore/contract';
import { readAccountJwt } from '../../../../auth/account-jwt.ts';
import { errors } from '../../../../errors/catalogue.ts';
import { defineRoute } from '../../../../routing/route.ts';

/** As in the old service. */
const tokenLifetimeMs = 12 * 3_600_000;

export const tokenRoutes = [
  defineRoute({
    method: 'POST',
    path: '/iam/v1/tokens',
    operationId: 'createIamToken',
    tag: 'IamService',
    summary: 'Exchanges a signed JWT of a service account for an access token',
    description:
      'The JWT is signed with an authorized key of the account (PS256, header `kid`) and lives an hour at most. The token lives 12 hours, but no longer than the key and the account.',
    permission: 'public',
    body: CreateIamTokenRequest,
    response: CreateIamTokenResponse,
    async handler({ body, directory, tokens, tokenAudiences }) {
      const proven = await readAccountJwt(body.jwt, directory, tokenAudiences);
      if (!proven) throw errors.unauthenticated();
      const expiresAt = new Date(Date.now() + tokenLifetimeMs);
      return { iamToken: await tokens.issue({ ...proven, expiresAt }), expiresAt: expiresAt.toISOString() };
    },
  }),
];
