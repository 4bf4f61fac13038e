import { credentialMessages, Operation, passwordId, type ResourceNames } from '@iotcore/contract';
import { asAny, empty, ownerField, toPassword } from '@iotcore/contract/records';
import type { PasswordHasher } from '@iotcore/credentials';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { newPassword } from './new-credentials.ts';
import { ownerIds, ownerSubject } from './owner.ts';

export function passwordOperations(names: ResourceNames) {
  const { noun, kind, tag, protoPackage } = names;
  const messages = credentialMessages[kind];

  return [
    defineOperation({
      name: `list${noun}Passwords`,
      service: tag,
      summary: `Lists the passwords of a ${kind}`,
      description: 'Only that they exist: a password is stored as a hash, which is never shown.',
      permission: 'view',
      ids: ownerIds(names),
      output: messages.ListPasswordsResponse,
      subject: ownerSubject(names),
      async run({ target, read }) {
        const rows = await read.passwords.list(target);
        return { passwords: rows.map((row) => toPassword(ownerField(names, target.id), row)) };
      },
    }),

    defineOperation({
      ...mutation(names, `Add${noun}Password`),
      service: tag,
      summary: `Adds a password to a ${kind}`,
      description: 'Several may be valid at once, so that they can be rotated.',
      permission: 'edit',
      keyed: true,
      ids: ownerIds(names),
      message: messages.AddPasswordRequest,
      output: Operation,
      subject: ownerSubject(names),
      async run({ input, target, commit }, { hasher }: { readonly hasher: PasswordHasher }) {
        const field = ownerField(names, target.id);
        const password = await newPassword(input.password, hasher);
        return commit(async (tx) => {
          const row = await tx.passwords.add(target, password);
          return {
            resourceId: target.id,
            folderId: target.folderId,
            metadata: { ...field, passwordId: row.id },
            response: asAny(`${protoPackage}.${noun}Password`, toPassword(field, row)),
          };
        });
      },
    }),

    defineOperation({
      ...mutation(names, `Delete${noun}Password`),
      service: tag,
      summary: `Deletes a password of a ${kind}`,
      description: 'Sessions that were opened with it end within a second.',
      permission: 'edit',
      ids: { ...ownerIds(names), passwordId },
      output: Operation,
      subject: ownerSubject(names),
      async run({ input: { passwordId }, target, commit }) {
        return commit(async (tx) => {
          await tx.passwords.delete(target, passwordId);
          const metadata = { ...ownerField(names, target.id), passwordId };
          return { resourceId: target.id, folderId: target.folderId, metadata, response: empty };
        });
      },
    }),
  ];
}
