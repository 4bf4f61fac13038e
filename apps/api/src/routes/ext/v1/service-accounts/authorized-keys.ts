import {
  type AuthorizedKey,
  authorizedKeyId,
  CreateAuthorizedKeyRequest,
  ListAuthorizedKeysResponse,
  Operation,
} from '@iotcore/contract';
import { createId } from '@iotcore/model';
import * as control from '@iotcore/store/control';
import { defineRoute, mutation } from '../../../../routing/route.ts';
import { time } from '../../../../wire/json.ts';
import { asAny } from '../../../../wire/operation.ts';
import { instant } from '../../../shared/instant.ts';
import { accountChange, accountParams, permittedAccount } from './account.ts';
import { accountPath, names } from './names.ts';

const { tag, protoPackage } = names;
const path = `${accountPath}/authorizedKeys`;

export const authorizedKeyRoutes = [
  defineRoute({
    method: 'GET',
    path,
    operationId: 'listAuthorizedKeys',
    tag,
    summary: 'Lists the authorized keys of a service account',
    permission: 'administer',
    params: accountParams,
    response: ListAuthorizedKeysResponse,
    async handler(context) {
      const account = await permittedAccount(context);
      const rows = await control.listAuthorizedKeys(context.db, account.id);
      return { authorizedKeys: rows.map(toAuthorizedKey) };
    },
  }),

  defineRoute({
    method: 'POST',
    path,
    ...mutation(names, 'CreateAuthorizedKey'),
    tag,
    summary: 'Adds an authorized key to a service account',
    description: 'The private half never leaves its owner, who signs JWTs with it.',
    permission: 'administer',
    params: accountParams,
    body: CreateAuthorizedKeyRequest,
    response: Operation,
    async handler(context) {
      const { publicKey, expiresAt } = context.body;
      const account = await permittedAccount(context);
      const key = {
        id: createId(),
        serviceAccountId: account.id,
        publicKey,
        expiresAt: instant(expiresAt) ?? null,
      };
      return context.commit(async (tx) => {
        const row = await control.createAuthorizedKey(tx, key);
        const message = asAny(`${protoPackage}.Key`, toAuthorizedKey(row));
        return accountChange(account, { authorizedKeyId: row.id }, message);
      });
    },
  }),

  defineRoute({
    method: 'DELETE',
    path: `${path}/{authorizedKeyId}`,
    ...mutation(names, 'DeleteAuthorizedKey'),
    tag,
    summary: 'Revokes an authorized key',
    description: 'The tokens that were exchanged for it end to work within a second.',
    permission: 'administer',
    params: accountParams.extend({ authorizedKeyId }),
    response: Operation,
    async handler(context) {
      const account = await permittedAccount(context);
      const { authorizedKeyId } = context.params;
      return context.commit(async (tx) => {
        await control.deleteAuthorizedKey(tx, account.id, authorizedKeyId);
        return accountChange(account, { authorizedKeyId });
      });
    },
  }),
];

function toAuthorizedKey(row: control.AuthorizedKeyRow): AuthorizedKey {
  return {
    id: row.id,
    serviceAccountId: row.serviceAccountId,
    createdAt: row.createdAt.toISOString(),
    publicKey: row.publicKey,
    ...time('expiresAt', row.expiresAt),
  };
}
