import {
  CreateRoleBindingRequest,
  ListRoleBindingsResponse,
  Operation,
  type RoleBinding,
  roleBindingId,
  serviceAccountId,
} from '@iotcore/contract';
import { asAny } from '@iotcore/contract/records';
import { createId } from '@iotcore/model';
import type { RoleBindingRow } from '@iotcore/store/control';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { resourceAndFolder } from '../../pipeline/subject.ts';
import { accountMutation, accountSubject, noun } from './account.ts';
import { names } from './names.ts';

const { tag: service, protoPackage } = names;

export const roleBindingOperations = [
  defineOperation({
    name: 'listRoleBindings',
    service,
    summary: 'Lists the roles of a service account',
    permission: 'administer',
    ids: { serviceAccountId },
    output: ListRoleBindingsResponse,
    subject: accountSubject,
    async run({ target, read }) {
      const rows = await read.roleBindings.list(target.id);
      return { roleBindings: rows.map(toRoleBinding) };
    },
  }),

  defineOperation({
    ...mutation(names, 'CreateRoleBinding'),
    service,
    summary: 'Gives a service account a role on a folder',
    description:
      'The caller must be an admin both of the account’s folder and of the folder that the role is for.',
    permission: 'administer',
    keyed: true,
    ids: { serviceAccountId },
    message: CreateRoleBindingRequest,
    output: Operation,
    subject: async ({ serviceAccountId, folderId }, read) =>
      resourceAndFolder(noun, await read.accounts.find(serviceAccountId), folderId),
    async run({ input: { folderId, role }, target, commit }) {
      const binding = { id: createId(), serviceAccountId: target.id, folderId, role };
      return commit(async (tx) => {
        const row = await tx.roleBindings.create(binding);
        const message = asAny(`${protoPackage}.RoleBinding`, toRoleBinding(row));
        return accountMutation(target, { roleBindingId: row.id }, message);
      });
    },
  }),

  defineOperation({
    ...mutation(names, 'DeleteRoleBinding'),
    service,
    summary: 'Takes a role from a service account',
    description: 'Takes effect within a second.',
    permission: 'administer',
    ids: { serviceAccountId, roleBindingId },
    output: Operation,
    subject: accountSubject,
    async run({ input: { roleBindingId }, target, commit }) {
      return commit(async (tx) => {
        await tx.roleBindings.delete(target.id, roleBindingId);
        return accountMutation(target, { roleBindingId });
      });
    },
  }),
];

export function toRoleBinding(row: RoleBindingRow): RoleBinding {
  return {
    id: row.id,
    serviceAccountId: row.serviceAccountId,
    folderId: row.folderId,
    role: row.role,
    createdAt: row.createdAt.toISOString(),
  };
}
