import { credentialMessages, fingerprint, Operation, type ResourceNames } from '@iotcore/contract';
import { addCertificate, deleteCertificate, listCertificates } from '@iotcore/store/control';
import { defineRoute, mutation, type Route } from '../../routing/route.ts';
import { ownerField, toCertificate } from '../../wire/credentials.ts';
import { asAny, empty } from '../../wire/operation.ts';
import { newCertificate, withChainNote } from './new-credentials.ts';
import { ownerParams, ownerPath, permittedOwner } from './owner.ts';

export function certificateRoutes(names: ResourceNames): Route[] {
  const { noun, kind, tag, protoPackage } = names;
  const messages = credentialMessages[kind];
  const path = `${ownerPath(names)}/certificates`;

  return [
    defineRoute({
      method: 'GET',
      path,
      operationId: `list${noun}Certificates`,
      tag,
      summary: `Lists the certificates of a ${kind}`,
      permission: 'view',
      params: ownerParams(names),
      response: messages.ListCertificatesResponse,
      async handler(context) {
        const owner = await permittedOwner(names, context);
        const rows = await listCertificates(context.db, owner);
        return { certificates: rows.map((row) => toCertificate(ownerField(names, owner.id), row)) };
      },
    }),

    defineRoute({
      method: 'POST',
      path,
      ...mutation(names, `Add${noun}Certificate`),
      tag,
      summary: `Adds a certificate to a ${kind}`,
      permission: 'edit',
      params: ownerParams(names),
      body: messages.AddCertificateRequest,
      response: Operation,
      async handler(context) {
        const owner = await permittedOwner(names, context);
        const field = ownerField(names, owner.id);
        const certificate = newCertificate(context.body.certificateData);
        return context.commit(async (tx) => {
          const row = await addCertificate(tx, owner, certificate);
          const change = {
            resourceId: owner.id,
            folderId: owner.folderId,
            metadata: { ...field, fingerprint: row.fingerprint },
            response: asAny(`${protoPackage}.${noun}Certificate`, toCertificate(field, row)),
          };
          return withChainNote(change, [certificate]);
        });
      },
    }),

    defineRoute({
      method: 'DELETE',
      path: `${path}/{fingerprint}`,
      ...mutation(names, `Delete${noun}Certificate`),
      tag,
      summary: `Deletes a certificate of a ${kind}`,
      description: 'Sessions that were opened with it end within a second.',
      permission: 'edit',
      params: ownerParams(names, { fingerprint }),
      response: Operation,
      async handler(context) {
        const owner = await permittedOwner(names, context);
        const { fingerprint = '' } = context.params;
        return context.commit(async (tx) => {
          await deleteCertificate(tx, owner, fingerprint);
          const metadata = { ...ownerField(names, owner.id), fingerprint };
          return { resourceId: owner.id, folderId: owner.folderId, metadata, response: empty };
        });
      },
    }),
  ];
}
