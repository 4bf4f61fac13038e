import {
  CreateRoleBindingRequest,
  ListRoleBindingsResponse,
  Operation,
  type RoleBinding,
  roleBindingId,
} from '@iotcore/contract';
import { createId } from '@iotcore/model';
import * as control from '@iotcore/store/control';
import { defineRoute, mutation } from '../../../../routing/route.ts';
import { asAny } from '../../../../wire/operation.ts';
import { accountChange, accountParams, permittedAccount } from './account.ts';
import { accountPath, names } from './names.ts';

const { tag, protoPackage } = names;
const path = `${accountPath}/roleBindings`;

export const roleBindingRoutes = [
  defineRoute({
    method: 'GET',
    path,
    operationId: 'listRoleBindings',
    tag,
    summary: 'Lists the roles of a service account',
    permission: 'administer',
    params: accountParams,
    response: ListRoleBindingsResponse,
    async handler(context) {
      const account = await permittedAccount(context);
      const rows = await control.listRoleBindings(context.db, account.id);
      return { roleBindings: rows.map(toRoleBinding) };
    },
  }),

  defineRoute({
    method: 'POST',
    path,
    ...mutation(names, 'CreateRoleBinding'),
    tag,
    summary: 'Gives a service account a role on a folder',
    description:
      'The caller must be an admin both of the account’s folder and of the folder that the role is for.',
    permission: 'administer',
    params: accountParams,
    body: CreateRoleBindingRequest,
    response: Operation,
    async handler(context) {
      const { folderId, role } = context.body;
      const account = await permittedAccount(context);
      context.guard.folder(folderId);
      const binding = { id: createId(), serviceAccountId: account.id, folderId, role };
      return context.commit(async (tx) => {
        const row = await control.createRoleBinding(tx, binding);
        const message = asAny(`${protoPackage}.RoleBinding`, toRoleBinding(row));
        return accountChange(account, { roleBindingId: row.id }, message);
      });
    },
  }),

  defineRoute({
    method: 'DELETE',
    path: `${path}/{roleBindingId}`,
    ...mutation(names, 'DeleteRoleBinding'),
    tag,
    summary: 'Takes a role from a service account',
    description: 'Takes effect within a second.',
    permission: 'administer',
    params: accountParams.extend({ roleBindingId }),
    response: Operation,
    async handler(context) {
      const account = await permittedAccount(context);
      const { roleBindingId } = context.params;
      return context.commit(async (tx) => {
        await control.deleteRoleBinding(tx, account.id, roleBindingId);
        return accountChange(account, { roleBindingId });
      });
    },
  }),
];

function toRoleBinding(row: control.RoleBindingRow): RoleBinding {
  return {
    id: row.id,
    serviceAccountId: row.serviceAccountId,
    folderId: row.folderId,
    role: row.role,
    createdAt: row.createdAt.toISOString(),
  };
}
