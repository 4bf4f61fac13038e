import {
  CreateServiceAccountRequest,
  ListServiceAccountsQuery,
  ListServiceAccountsResponse,
  Operation,
  ServiceAccount,
} from '@iotcore/contract';
import { createId } from '@iotcore/model';
import * as control from '@iotcore/store/control';
import { defineRoute, mutation } from '../../../../routing/route.ts';
import { text } from '../../../../wire/json.ts';
import { asAny } from '../../../../wire/operation.ts';
import { accountChange, accountParams, permittedAccount } from './account.ts';
import { accountPath, names } from './names.ts';

const { path, tag, protoPackage } = names;

export const accountRoutes = [
  defineRoute({
    method: 'GET',
    path: accountPath,
    operationId: 'getServiceAccount',
    tag,
    summary: 'Returns a service account',
    permission: 'administer',
    params: accountParams,
    response: ServiceAccount,
    handler: async (context) => toServiceAccount(await permittedAccount(context)),
  }),

  defineRoute({
    method: 'GET',
    path,
    operationId: 'listServiceAccounts',
    tag,
    summary: 'Lists the service accounts of a folder',
    permission: 'administer',
    query: ListServiceAccountsQuery,
    response: ListServiceAccountsResponse,
    async handler({ query: { folderId }, guard, db, page: request, nextPageToken }) {
      guard.folder(folderId);
      const page = await control.listServiceAccounts(db, folderId, request);
      return { serviceAccounts: page.rows.map(toServiceAccount), ...nextPageToken(page) };
    },
  }),

  defineRoute({
    method: 'POST',
    path,
    ...mutation(names, 'CreateServiceAccount'),
    tag,
    summary: 'Creates a service account in a folder',
    description: 'It may do nothing until it is given a role.',
    permission: 'administer',
    body: CreateServiceAccountRequest,
    response: Operation,
    async handler({ body: { folderId, name, description = '' }, guard, commit }) {
      guard.folder(folderId);
      return commit(async (tx) => {
        const account = await control.createServiceAccount(tx, {
          id: createId(),
          folderId,
          name,
          description,
        });
        return accountChange(account, {}, asAny(`${protoPackage}.ServiceAccount`, toServiceAccount(account)));
      });
    },
  }),

  defineRoute({
    method: 'DELETE',
    path: accountPath,
    ...mutation(names, 'DeleteServiceAccount'),
    tag,
    summary: 'Deletes a service account',
    description: 'With its keys and roles. Its tokens and keys end to work within a second.',
    permission: 'administer',
    params: accountParams,
    response: Operation,
    async handler(context) {
      const account = await permittedAccount(context);
      return context.commit(async (tx) => {
        await control.deleteServiceAccount(tx, account.id);
        return accountChange(account, {});
      });
    },
  }),
];

function toServiceAccount(row: control.ServiceAccountRow): ServiceAccount {
  return {
    id: row.id,
    folderId: row.folderId,
    createdAt: row.createdAt.toISOString(),
    name: row.name,
    ...text('description', row.description),
  };
}
