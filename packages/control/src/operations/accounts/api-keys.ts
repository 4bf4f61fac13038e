import {
  ApiKey,
  apiKeyId,
  CreateApiKeyRequest,
  CreateApiKeyResponse,
  ListApiKeysResponse,
  Operation,
  serviceAccountId,
} from '@iotcore/contract';
import { asAny } from '@iotcore/contract/records';
import { createId } from '@iotcore/model';
import type { ApiKeyRow } from '@iotcore/store/control';
import { createApiKeySecret, hashApiKeySecret } from '../../auth/api-key-secrets.ts';
import { text, time } from '../../messages/json.ts';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { instant } from '../shared/instant.ts';
import { accountMutation, accountSubject } from './account.ts';
import { names } from './names.ts';

const { tag: service, protoPackage } = names;

export const apiKeyOperations = [
  defineOperation({
    name: 'listApiKeys',
    service,
    summary: 'Lists the API keys of a service account',
    permission: 'administer',
    ids: { serviceAccountId },
    output: ListApiKeysResponse,
    subject: accountSubject,
    async run({ target, read }) {
      const rows = await read.apiKeys.list(target.id);
      return { apiKeys: rows.map(toApiKey) };
    },
  }),

  defineOperation({
    ...mutation(names, 'CreateApiKey'),
    service,
    summary: 'Makes an API key for a service account',
    description: 'The secret is in this answer and nowhere else.',
    permission: 'administer',
    keyed: true,
    ids: { serviceAccountId },
    message: CreateApiKeyRequest,
    output: CreateApiKeyResponse,
    subject: accountSubject,
    async run({ input: { description = '', expiresAt }, target, commit }) {
      const secret = createApiKeySecret();
      const { response } = await commit(async (tx) => {
        const row = await tx.apiKeys.create({
          id: createId(),
          serviceAccountId: target.id,
          secretSha256: Uint8Array.from(hashApiKeySecret(secret)),
          description,
          expiresAt: instant(expiresAt) ?? null,
        });
        return accountMutation(target, { apiKeyId: row.id }, asAny(`${protoPackage}.ApiKey`, toApiKey(row)));
      });
      return { apiKey: ApiKey.parse(response), secret };
    },
    replay: (operation) => ({ apiKey: ApiKey.parse(operation?.response) }),
  }),

  defineOperation({
    ...mutation(names, 'DeleteApiKey'),
    service,
    summary: 'Revokes an API key',
    description: 'It ends to work within a second.',
    permission: 'administer',
    ids: { serviceAccountId, apiKeyId },
    output: Operation,
    subject: accountSubject,
    async run({ input: { apiKeyId }, target, commit }) {
      return commit(async (tx) => {
        await tx.apiKeys.delete(target.id, apiKeyId);
        return accountMutation(target, { apiKeyId });
      });
    },
  }),
];

function toApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    serviceAccountId: row.serviceAccountId,
    createdAt: row.createdAt.toISOString(),
    ...text('description', row.description),
    ...time('expiresAt', row.expiresAt),
  };
}
