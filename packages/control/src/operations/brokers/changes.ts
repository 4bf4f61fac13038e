import {
  allFields,
  CreateBrokerRequest,
  type LogOptions,
  Operation,
  resourceNames,
  UpdateBrokerRequest,
} from '@iotcore/contract';
import { asAny, empty } from '@iotcore/contract/records';
import { createId } from '@iotcore/model';
import type { BrokerRow } from '@iotcore/store/control';
import { toBroker } from '../../messages/broker.ts';
import { type Change, defineOperation, mutation } from '../../pipeline/operation.ts';
import { folder } from '../../pipeline/subject.ts';
import { newCredentials, withChainNote } from '../shared/new-credentials.ts';
import { ownerIds, ownerSubject } from '../shared/owner.ts';
import { topLevelDefaults, topLevelFieldsToSet } from '../shared/top-level.ts';

const names = resourceNames.broker;
const { tag: service } = names;

export const createBroker = defineOperation({
  ...mutation(names, 'CreateBroker'),
  service,
  summary: 'Creates a broker in a folder',
  permission: 'edit',
  keyed: true,
  message: CreateBrokerRequest,
  output: Operation,
  subject: ({ folderId }) => folder(folderId),
  async run({ input, commit }, { hasher, quotas }) {
    const credentials = await newCredentials(input, hasher);
    const broker = { id: createId(), folderId: input.folderId, ...allFields(input, topLevelDefaults) };
    return commit(async (tx) =>
      withChainNote(
        brokerChange(await tx.brokers.create(broker, credentials, quotas)),
        credentials.certificates,
      ),
    );
  },
});

export const updateBroker = defineOperation({
  ...mutation(names, 'UpdateBroker'),
  service,
  summary: 'Changes fields of a broker',
  permission: 'edit',
  ids: ownerIds(names),
  message: UpdateBrokerRequest,
  output: Operation,
  subject: ownerSubject(names),
  async run({ input, target, commit, read }) {
    const fields = await topLevelFieldsToSet(input, async () => {
      const row = await read.brokers.find(target.id);
      return (row?.logOptions ?? null) as LogOptions | null;
    });
    return commit(async (tx) => brokerChange(await tx.brokers.update(target.id, fields)));
  },
});

export const deleteBroker = defineOperation({
  ...mutation(names, 'DeleteBroker'),
  service,
  summary: 'Deletes a broker',
  description: 'With its credentials. Its sessions end within a second.',
  permission: 'edit',
  ids: ownerIds(names),
  output: Operation,
  subject: ownerSubject(names),
  async run({ target: { id, folderId }, commit }) {
    return commit(async (tx) => {
      await tx.brokers.delete(id);
      return { resourceId: id, folderId, metadata: { brokerId: id }, response: empty };
    });
  },
});

/** What a change says that answers with the broker. */
function brokerChange(row: BrokerRow): Change {
  return {
    resourceId: row.id,
    folderId: row.folderId,
    metadata: { brokerId: row.id },
    response: asAny(`${names.protoPackage}.Broker`, toBroker(row)),
  };
}
