import {
  CreateIamTokenRequest,
  CreateIamTokenResponse,
  maxRenewedTokenDays,
  RenewAccessTokenRequest,
} from '@iotcore/contract';
import type { Clock } from '@iotcore/process';
import type { AccessToken, AccessTokens } from '../auth/access-tokens.ts';
import { readAccountJwt } from '../auth/account-jwt.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { CallerDirectory } from '../auth/caller-directory.ts';
import type { TokenAudiences } from '../auth/token-audiences.ts';
import { errors } from '../errors/catalogue.ts';
import { defineOperation, mutation } from '../pipeline/operation.ts';
import { nothing } from '../pipeline/subject.ts';
import { accountMutation, noun } from './accounts/account.ts';
import { names } from './accounts/names.ts';

/** As in the old service. */
const tokenLifetimeMs = 12 * 3_600_000;
const dayMs = 86_400_000;

/** What OAuth tokens of Yandex begin with, the present ones and the older. */
const yandexOauthToken = /^(y[0-9]_|AQAAAA)/;

interface TokenNeeds {
  readonly tokens: AccessTokens;
  readonly authenticator: Authenticator;
  readonly directory: CallerDirectory;
  readonly tokenAudiences: TokenAudiences;
  readonly clock: Clock;
}

export const tokenOperations = [
  defineOperation({
    name: 'createIamToken',
    service: 'IamService',
    summary: 'Exchanges a signed JWT of a service account, or another secret, for an access token',
    description:
      'The JWT is signed with an authorized key of the account (PS256, header `kid`) and lives an hour at most. In place of the OAuth token of the old service `yandexPassportOauthToken` takes any token or API key of this installation. The token lives 12 hours, but no longer than what it was exchanged for, and than the account.',
    permission: 'public',
    message: CreateIamTokenRequest,
    output: CreateIamTokenResponse,
    subject: () => nothing,
    async run(
      { input: { jwt, yandexPassportOauthToken = '' } },
      { tokens, authenticator, directory, tokenAudiences, clock }: TokenNeeds,
    ) {
      const token = await (jwt === undefined
        ? ofSecret(yandexPassportOauthToken, authenticator, clock.date())
        : ofJwt(jwt, directory, tokenAudiences, clock.date()));
      if (!token) throw errors.unauthenticated();
      const iamToken = await tokens.issue({ ...token, isExchanged: true });
      return { iamToken, expiresAt: token.expiresAt.toISOString() };
    },
  }),

  defineOperation({
    ...mutation(names, 'RenewAccessToken'),
    service: names.tag,
    summary: 'Ends every access token of the caller’s account, and issues a new one',
    description:
      'The others end within a second, that of this call among them. API keys and authorized keys stay. Called with a token that was exchanged for another secret, it gives one that ends no later than that token.',
    permission: 'view',
    message: RenewAccessTokenRequest,
    output: CreateIamTokenResponse,
    // Every account may do this to itself.
    subject: () => nothing,
    async run({ input, caller, read, commit }, { tokens, clock }: Pick<TokenNeeds, 'tokens' | 'clock'>) {
      // What a browser holds for a while must not become a secret that outlives it.
      if (caller.browserSessionId !== undefined) throw errors.notForBrowsers();
      const at = clock.date();
      const expiresAt = earlier(endWithin(input.expiresAt, at), caller.exchangedUntil);
      const account = await read.accounts.find(caller.id);
      if (!account) throw errors.notFound(noun);
      const isExchanged = caller.exchangedUntil !== undefined;
      let iamToken = '';
      await commit(async (tx) => {
        const issuedAt = await tx.accounts.endAccessTokens(account.id, at);
        iamToken = await tokens.issue({
          ...caller.key,
          ...{ accountId: account.id, isExchanged, expiresAt, issuedAt },
        });
        return accountMutation(account, {});
      });
      return { iamToken, expiresAt: expiresAt.toISOString() };
    },
  }),
];

async function ofJwt(
  jwt: string,
  directory: CallerDirectory,
  tokenAudiences: TokenAudiences,
  now: Date,
): Promise<AccessToken | undefined> {
  const proven = await readAccountJwt(jwt, directory, tokenAudiences, now);
  return proven && { ...proven, expiresAt: endOfToken(now) };
}

/** A token for a token ends no later than the first: it cannot be kept alive by exchanging it again and again. */
async function ofSecret(
  secret: string,
  authenticator: Authenticator,
  now: Date,
): Promise<AccessToken | undefined> {
  const proven = await authenticator.prove(secret);
  if (!proven && yandexOauthToken.test(secret)) throw errors.yandexOauthToken();
  if (!proven) return undefined;
  const { caller, authorizedKeyId, apiKeySha256, expiresAt } = proven;
  return {
    accountId: caller.id,
    authorizedKeyId,
    apiKeySha256,
    expiresAt: endOfToken(now, expiresAt),
  };
}

/** In whole seconds, as the token says it. */
function endOfToken(now: Date, atLatest?: Date): Date {
  const end = earlier(new Date(now.getTime() + tokenLifetimeMs), atLatest);
  return new Date(Math.floor(end.getTime() / 1000) * 1000);
}

const earlier = (one: Date, other = one) => (other < one ? other : one);

/** In whole seconds, as the token says it. @throws INVALID_ARGUMENT if it has come, or is too far away */
function endWithin(text: string, now: Date): Date {
  const end = new Date(Math.floor(Date.parse(text) / 1000) * 1000);
  const aheadMs = end.getTime() - now.getTime();
  if (aheadMs > 0 && aheadMs <= maxRenewedTokenDays * dayMs) return end;
  const description = `In the future, and at most ${maxRenewedTokenDays} days away.`;
  throw errors.invalidArgument([{ field: 'expiresAt', description }]);
}
