import {
  ApiKey,
  apiKeyId,
  CreateApiKeyRequest,
  CreateApiKeyResponse,
  ListApiKeysResponse,
  Operation,
} from '@iotcore/contract';
import { createId } from '@iotcore/model';
import * as control from '@iotcore/store/control';
import { createApiKeySecret, hashApiKeySecret } from '../../../../auth/api-key-secrets.ts';
import { defineRoute, mutation } from '../../../../routing/route.ts';
import { text, time } from '../../../../wire/json.ts';
import { asAny } from '../../../../wire/operation.ts';
import { instant } from '../../../shared/instant.ts';
import { accountChange, accountParams, permittedAccount } from './account.ts';
import { accountPath, names } from './names.ts';

const { tag, protoPackage } = names;
const path = `${accountPath}/apiKeys`;

export const apiKeyRoutes = [
  defineRoute({
    method: 'GET',
    path,
    operationId: 'listApiKeys',
    tag,
    summary: 'Lists the API keys of a service account',
    permission: 'administer',
    params: accountParams,
    response: ListApiKeysResponse,
    async handler(context) {
      const account = await permittedAccount(context);
      const rows = await control.listApiKeys(context.db, account.id);
      return { apiKeys: rows.map(toApiKey) };
    },
  }),

  defineRoute({
    method: 'POST',
    path,
    ...mutation(names, 'CreateApiKey'),
    tag,
    summary: 'Makes an API key for a service account',
    description: 'The secret is in this answer and nowhere else.',
    permission: 'administer',
    params: accountParams,
    body: CreateApiKeyRequest,
    response: CreateApiKeyResponse,
    async handler(context) {
      const { description = '', expiresAt } = context.body;
      const account = await permittedAccount(context);
      const secret = createApiKeySecret();
      const { response } = await context.commit(async (tx) => {
        const row = await control.createApiKey(tx, {
          id: createId(),
          serviceAccountId: account.id,
          secretSha256: Uint8Array.from(hashApiKeySecret(secret)),
          description,
          expiresAt: instant(expiresAt) ?? null,
        });
        return accountChange(account, { apiKeyId: row.id }, asAny(`${protoPackage}.ApiKey`, toApiKey(row)));
      });
      return { apiKey: ApiKey.parse(response), secret };
    },
    replay: (operation) => ({ apiKey: ApiKey.parse(operation?.response) }),
  }),

  defineRoute({
    method: 'DELETE',
    path: `${path}/{apiKeyId}`,
    ...mutation(names, 'DeleteApiKey'),
    tag,
    summary: 'Revokes an API key',
    description: 'It ends to work within a second.',
    permission: 'administer',
    params: accountParams.extend({ apiKeyId }),
    response: Operation,
    async handler(context) {
      const account = await permittedAccount(context);
      const { apiKeyId } = context.params;
      return context.commit(async (tx) => {
        await control.deleteApiKey(tx, account.id, apiKeyId);
        return accountChange(account, { apiKeyId });
      });
    },
  }),
];

function toApiKey(row: control.ApiKeyRow): ApiKey {
  return {
    id: row.id,
    serviceAccountId: row.serviceAccountId,
    createdAt: row.createdAt.toISOString(),
    ...text('description', row.description),
    ...time('expiresAt', row.expiresAt),
  };
}
