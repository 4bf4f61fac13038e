import { credentialMessages, Operation, passwordId, type ResourceNames } from '@iotcore/contract';
import { addPassword, deletePassword, listPasswords } from '@iotcore/store/control';
import { defineRoute, mutation, type Route } from '../../routing/route.ts';
import { ownerField, toPassword } from '../../wire/credentials.ts';
import { asAny, empty } from '../../wire/operation.ts';
import { newPassword } from './new-credentials.ts';
import { ownerParams, ownerPath, permittedOwner } from './owner.ts';

export function passwordRoutes(names: ResourceNames): Route[] {
  const { noun, kind, tag, protoPackage } = names;
  const messages = credentialMessages[kind];
  const path = `${ownerPath(names)}/passwords`;

  return [
    defineRoute({
      method: 'GET',
      path,
      operationId: `list${noun}Passwords`,
      tag,
      summary: `Lists the passwords of a ${kind}`,
      description: 'Only that they exist: a password is stored as a hash, which is never shown.',
      permission: 'view',
      params: ownerParams(names),
      response: messages.ListPasswordsResponse,
      async handler(context) {
        const owner = await permittedOwner(names, context);
        const rows = await listPasswords(context.db, owner);
        return { passwords: rows.map((row) => toPassword(ownerField(names, owner.id), row)) };
      },
    }),

    defineRoute({
      method: 'POST',
      path,
      ...mutation(names, `Add${noun}Password`),
      tag,
      summary: `Adds a password to a ${kind}`,
      description: 'Several may be valid at once, so that they can be rotated.',
      permission: 'edit',
      params: ownerParams(names),
      body: messages.AddPasswordRequest,
      response: Operation,
      async handler(context) {
        const owner = await permittedOwner(names, context);
        const field = ownerField(names, owner.id);
        const password = await newPassword(context.body.password, context.hasher);
        return context.commit(async (tx) => {
          const row = await addPassword(tx, owner, password);
          return {
            resourceId: owner.id,
            folderId: owner.folderId,
            metadata: { ...field, passwordId: row.id },
            response: asAny(`${protoPackage}.${noun}Password`, toPassword(field, row)),
          };
        });
      },
    }),

    defineRoute({
      method: 'DELETE',
      path: `${path}/{passwordId}`,
      ...mutation(names, `Delete${noun}Password`),
      tag,
      summary: `Deletes a password of a ${kind}`,
      description: 'Sessions that were opened with it end within a second.',
      permission: 'edit',
      params: ownerParams(names, { passwordId }),
      response: Operation,
      async handler(context) {
        const owner = await permittedOwner(names, context);
        const { passwordId = '' } = context.params;
        return context.commit(async (tx) => {
          await deletePassword(tx, owner, passwordId);
          const metadata = { ...ownerField(names, owner.id), passwordId };
          return { resourceId: owner.id, folderId: owner.folderId, metadata, response: empty };
        });
      },
    }),
  ];
}
