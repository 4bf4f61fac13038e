/** Creating, changing and deleting what lies directly in a folder: the same for registries and brokers but for the names. */
import {
  allFields,
  CreateBrokerRequest,
  CreateRegistryRequest,
  type LogOptions,
  Operation,
  resourceNames,
  UpdateBrokerRequest,
  UpdateRegistryRequest,
} from '@iotcore/contract';
import { asAny, empty } from '@iotcore/contract/records';
import type { PasswordHasher } from '@iotcore/credentials';
import { createId } from '@iotcore/model';
import type { BrokerRow, FolderQuotas, RegistryRow } from '@iotcore/store/control';
import { toBroker } from '../../messages/broker.ts';
import { toRegistry } from '../../messages/registry.ts';
import { defineOperation, type Mutation, mutation } from '../../pipeline/operation.ts';
import { folder } from '../../pipeline/subject.ts';
import { newCredentials, withChainNote } from './new-credentials.ts';
import { ownerIds, ownerSubject } from './owner.ts';
import { topLevelDefaults, topLevelFieldsToSet } from './top-level.ts';

type Row = RegistryRow | BrokerRow;

const kinds = {
  registry: {
    names: resourceNames.registry,
    table: 'registries',
    createRequest: CreateRegistryRequest,
    updateRequest: UpdateRegistryRequest,
    toMessage: (row: Row) => toRegistry(row as RegistryRow),
  },
  broker: {
    names: resourceNames.broker,
    table: 'brokers',
    createRequest: CreateBrokerRequest,
    updateRequest: UpdateBrokerRequest,
    toMessage: (row: Row) => toBroker(row as BrokerRow),
  },
} as const;
type TopLevelKind = keyof typeof kinds;

/** Of a call that answers with the resource. */
export function topLevelMutation(kind: TopLevelKind, row: Row): Mutation {
  const { names, toMessage } = kinds[kind];
  return {
    resourceId: row.id,
    folderId: row.folderId,
    metadata: { [names.idField]: row.id },
    response: asAny(`${names.protoPackage}.${names.noun}`, toMessage(row)),
  };
}

export function createOperation(kind: TopLevelKind) {
  const { names, table, createRequest } = kinds[kind];
  return defineOperation({
    ...mutation(names, `Create${names.noun}`),
    service: names.tag,
    summary: `Creates a ${kind} in a folder`,
    permission: 'edit',
    keyed: true,
    message: createRequest,
    output: Operation,
    subject: ({ folderId }) => folder(folderId),
    async run(
      { input, commit },
      { hasher, quotas }: { readonly hasher: PasswordHasher; readonly quotas: FolderQuotas },
    ) {
      const credentials = await newCredentials(input, hasher);
      const fields = { id: createId(), folderId: input.folderId, ...allFields(input, topLevelDefaults) };
      return commit(async (tx) => {
        const row = await tx[table].create(fields, credentials, quotas);
        return withChainNote(topLevelMutation(kind, row), credentials.certificates);
      });
    },
  });
}

export function updateOperation(kind: TopLevelKind) {
  const { names, table, updateRequest } = kinds[kind];
  return defineOperation({
    ...mutation(names, `Update${names.noun}`),
    service: names.tag,
    summary: `Changes fields of a ${kind}`,
    permission: 'edit',
    ids: ownerIds(names),
    message: updateRequest,
    output: Operation,
    subject: ownerSubject(names),
    async run({ input, target: { id }, commit }) {
      return commit(async (tx) => {
        const fields = await topLevelFieldsToSet(input, async () => {
          // Locked: two updates of different parts at the same moment both count.
          const { logOptions } = await tx[table].lock(id);
          return logOptions as LogOptions | null;
        });
        return topLevelMutation(kind, await tx[table].update(id, fields));
      });
    },
  });
}

export function deleteOperation(
  kind: TopLevelKind,
  words: { readonly summary: string; readonly description: string },
) {
  const { names, table } = kinds[kind];
  return defineOperation({
    ...mutation(names, `Delete${names.noun}`),
    service: names.tag,
    ...words,
    permission: 'edit',
    ids: ownerIds(names),
    output: Operation,
    subject: ownerSubject(names),
    async run({ target: { id, folderId }, commit }) {
      return commit(async (tx) => {
        const owed = await tx.exports.owed({ kind, id });
        await tx[table].delete(id);
        return {
          resourceId: id,
          folderId,
          metadata: { [names.idField]: id },
          response: empty,
          ...(owed.length > 0 && { details: { owedByExports: owed } }),
        };
      });
    },
  });
}
