import {
  type AuthorizedKey,
  authorizedKeyId,
  CreateAuthorizedKeyRequest,
  ListAuthorizedKeysResponse,
  Operation,
  serviceAccountId,
} from '@iotcore/contract';
import { asAny } from '@iotcore/contract/records';
import { createId } from '@iotcore/model';
import type { AuthorizedKeyRow } from '@iotcore/store/control';
import { time } from '../../messages/json.ts';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { instant } from '../shared/instant.ts';
import { accountMutation, accountSubject } from './account.ts';
import { names } from './names.ts';

const { tag: service, protoPackage } = names;

export const authorizedKeyOperations = [
  defineOperation({
    name: 'listAuthorizedKeys',
    service,
    summary: 'Lists the authorized keys of a service account',
    permission: 'administer',
    ids: { serviceAccountId },
    output: ListAuthorizedKeysResponse,
    subject: accountSubject,
    async run({ target, read }) {
      const rows = await read.authorizedKeys.list(target.id);
      return { authorizedKeys: rows.map(toAuthorizedKey) };
    },
  }),

  defineOperation({
    ...mutation(names, 'CreateAuthorizedKey'),
    service,
    summary: 'Adds an authorized key to a service account',
    description: 'The private half never leaves its owner, who signs JWTs with it.',
    permission: 'administer',
    keyed: true,
    ids: { serviceAccountId },
    message: CreateAuthorizedKeyRequest,
    output: Operation,
    subject: accountSubject,
    async run({ input: { publicKey, expiresAt }, target, commit }) {
      const key = {
        id: createId(),
        serviceAccountId: target.id,
        publicKey,
        expiresAt: instant(expiresAt) ?? null,
      };
      return commit(async (tx) => {
        const row = await tx.authorizedKeys.create(key);
        const message = asAny(`${protoPackage}.Key`, toAuthorizedKey(row));
        return accountMutation(target, { authorizedKeyId: row.id }, message);
      });
    },
  }),

  defineOperation({
    ...mutation(names, 'DeleteAuthorizedKey'),
    service,
    summary: 'Revokes an authorized key',
    description: 'The tokens that were exchanged for it end to work within a second.',
    permission: 'administer',
    ids: { serviceAccountId, authorizedKeyId },
    output: Operation,
    subject: accountSubject,
    async run({ input: { authorizedKeyId }, target, commit }) {
      return commit(async (tx) => {
        await tx.authorizedKeys.delete(target.id, authorizedKeyId);
        return accountMutation(target, { authorizedKeyId });
      });
    },
  }),
];

function toAuthorizedKey(row: AuthorizedKeyRow): AuthorizedKey {
  return {
    id: row.id,
    serviceAccountId: row.serviceAccountId,
    createdAt: row.createdAt.toISOString(),
    publicKey: row.publicKey,
    ...time('expiresAt', row.expiresAt),
  };
}
