import { credentialMessages, fingerprint, Operation, type ResourceNames } from '@iotcore/contract';
import { asAny, empty, ownerField } from '@iotcore/contract/records';
import { toCertificate } from '../../messages/credentials.ts';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { newCertificate, withChainNote } from './new-credentials.ts';
import { ownerIds, ownerSubject } from './owner.ts';

export function certificateOperations(names: ResourceNames) {
  const { noun, kind, tag, protoPackage } = names;
  const messages = credentialMessages[kind];

  return [
    defineOperation({
      name: `list${noun}Certificates`,
      service: tag,
      summary: `Lists the certificates of a ${kind}`,
      permission: 'view',
      ids: ownerIds(names),
      output: messages.ListCertificatesResponse,
      subject: ownerSubject(names),
      async run({ target, read }) {
        const rows = await read.certificates.list(target);
        return { certificates: rows.map((row) => toCertificate(ownerField(names, target.id), row)) };
      },
    }),

    defineOperation({
      ...mutation(names, `Add${noun}Certificate`),
      service: tag,
      summary: `Adds a certificate to a ${kind}`,
      permission: 'edit',
      keyed: true,
      ids: ownerIds(names),
      message: messages.AddCertificateRequest,
      output: Operation,
      subject: ownerSubject(names),
      async run({ input, target, commit }) {
        const field = ownerField(names, target.id);
        const certificate = newCertificate(input.certificateData);
        return commit(async (tx) => {
          const row = await tx.certificates.add(target, certificate);
          const added = {
            resourceId: target.id,
            folderId: target.folderId,
            metadata: { ...field, fingerprint: row.fingerprint },
            response: asAny(`${protoPackage}.${noun}Certificate`, toCertificate(field, row)),
          };
          return withChainNote(added, [certificate]);
        });
      },
    }),

    defineOperation({
      ...mutation(names, `Delete${noun}Certificate`),
      service: tag,
      summary: `Deletes a certificate of a ${kind}`,
      description: 'Sessions that were opened with it end within a second.',
      permission: 'edit',
      ids: { ...ownerIds(names), fingerprint },
      output: Operation,
      subject: ownerSubject(names),
      async run({ input: { fingerprint }, target, commit }) {
        return commit(async (tx) => {
          await tx.certificates.delete(target, fingerprint);
          const metadata = { ...ownerField(names, target.id), fingerprint };
          return { resourceId: target.id, folderId: target.folderId, metadata, response: empty };
        });
      },
    }),
  ];
}
