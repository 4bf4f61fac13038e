import {
  CreateServiceAccountRequest,
  ListServiceAccountsQuery,
  ListServiceAccountsResponse,
  Operation,
  ServiceAccount,
  serviceAccountId,
} from '@iotcore/contract';
import { asAny } from '@iotcore/contract/records';
import { createId } from '@iotcore/model';
import type { ServiceAccountRow } from '@iotcore/store/control';
import { text } from '../../messages/json.ts';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { folder } from '../../pipeline/subject.ts';
import { accountMutation, accountSubject } from './account.ts';
import { names } from './names.ts';

const { tag: service, protoPackage } = names;

export const accountOperations = [
  defineOperation({
    name: 'getServiceAccount',
    service,
    summary: 'Returns a service account',
    permission: 'administer',
    ids: { serviceAccountId },
    output: ServiceAccount,
    subject: accountSubject,
    run: async ({ target }) => toServiceAccount(target),
  }),

  defineOperation({
    name: 'listServiceAccounts',
    service,
    summary: 'Lists the service accounts of a folder',
    permission: 'administer',
    message: ListServiceAccountsQuery,
    output: ListServiceAccountsResponse,
    subject: ({ folderId }) => folder(folderId),
    async run({ input: { folderId }, read, page: request, nextPageToken }) {
      const page = await read.accounts.list(folderId, request);
      return { serviceAccounts: page.rows.map(toServiceAccount), ...nextPageToken(page) };
    },
  }),

  defineOperation({
    ...mutation(names, 'CreateServiceAccount'),
    service,
    summary: 'Creates a service account in a folder',
    description: 'It may do nothing until it is given a role.',
    permission: 'administer',
    keyed: true,
    message: CreateServiceAccountRequest,
    output: Operation,
    subject: ({ folderId }) => folder(folderId),
    async run({ input: { folderId, name, description = '' }, commit }) {
      return commit(async (tx) => {
        const account = await tx.accounts.create({ id: createId(), folderId, name, description });
        return accountMutation(
          account,
          {},
          asAny(`${protoPackage}.ServiceAccount`, toServiceAccount(account)),
        );
      });
    },
  }),

  defineOperation({
    ...mutation(names, 'DeleteServiceAccount'),
    service,
    summary: 'Deletes a service account',
    description: 'With its keys and roles. Its tokens and keys end to work within a second.',
    permission: 'administer',
    ids: { serviceAccountId },
    output: Operation,
    subject: accountSubject,
    async run({ target, commit }) {
      return commit(async (tx) => {
        await tx.accounts.delete(target.id);
        return accountMutation(target, {});
      });
    },
  }),
];

export function toServiceAccount(row: ServiceAccountRow): ServiceAccount {
  return {
    id: row.id,
    folderId: row.folderId,
    createdAt: row.createdAt.toISOString(),
    name: row.name,
    ...text('description', row.description),
  };
}
