import { ImportRequest, ImportResponse } from '@iotcore/contract';
import { errors } from '../../../../errors/catalogue.ts';
import { maxImportBodyBytes } from '../../../../limits.ts';
import { defineRoute, mutation } from '../../../../routing/route.ts';

export const importRoutes = [
  defineRoute({
    method: 'POST',
    path: '/ext/v1/import',
    ...mutation({ protoPackage: 'iotcore.ext.v1', auditService: 'migration' }, 'ImportResources'),
    tag: 'MigrationService',
    summary: 'Imports registries, brokers, devices and certificates with their IDs',
    description:
      'Each entry is judged alone and has a result of its own; a bad one costs the others nothing. Nothing is ever deleted, and a repeated import changes nothing, so it needs no Idempotency-Key. The body may have 8 MiB. The caller must be an admin of every folder named.',
    permission: 'administer',
    bodyLimitBytes: maxImportBodyBytes,
    body: ImportRequest,
    response: ImportResponse,
    async handler({ guard, body }) {
      for (const entry of body.registries ?? []) if ('folderId' in entry) guard.folder(entry.folderId);
      throw errors.unavailable();
    },
  }),
];
