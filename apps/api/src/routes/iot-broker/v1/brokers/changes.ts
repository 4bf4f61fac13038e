import {
  allFields,
  CreateBrokerRequest,
  fieldsToSet,
  Operation,
  resourceNames,
  UpdateBrokerRequest,
} from '@iotcore/contract';
import { createId } from '@iotcore/model';
import * as control from '@iotcore/store/control';
import { type Change, defineRoute, mutation } from '../../../../routing/route.ts';
import { toBroker } from '../../../../wire/broker.ts';
import { asAny, empty } from '../../../../wire/operation.ts';
import { newCredentials, withChainNote } from '../../../shared/new-credentials.ts';
import { topLevelDefaults } from '../../../shared/top-level.ts';
import { brokerParams } from './params.ts';

const names = resourceNames.broker;
const { path, tag, noun } = names;

export const createBroker = defineRoute({
  method: 'POST',
  path,
  ...mutation(names, 'CreateBroker'),
  tag,
  summary: 'Creates a broker in a folder',
  permission: 'edit',
  body: CreateBrokerRequest,
  response: Operation,
  async handler({ body, guard, hasher, quotas, commit }) {
    guard.folder(body.folderId);
    const credentials = await newCredentials(body, hasher);
    const broker = { id: createId(), folderId: body.folderId, ...allFields(body, topLevelDefaults) };
    return commit(async (tx) =>
      withChainNote(
        brokerChange(await control.createBroker(tx, broker, credentials, quotas)),
        credentials.certificates,
      ),
    );
  },
});

export const updateBroker = defineRoute({
  method: 'PATCH',
  path: `${path}/{brokerId}`,
  ...mutation(names, 'UpdateBroker'),
  tag,
  summary: 'Changes fields of a broker',
  permission: 'edit',
  params: brokerParams,
  body: UpdateBrokerRequest,
  response: Operation,
  async handler({ params: { brokerId }, body, guard, db, commit }) {
    guard.resource(await control.findOwner(db, { kind: 'broker', id: brokerId }), noun);
    const fields = fieldsToSet(body, topLevelDefaults);
    return commit(async (tx) => brokerChange(await control.updateBroker(tx, brokerId, fields)));
  },
});

export const deleteBroker = defineRoute({
  method: 'DELETE',
  path: `${path}/{brokerId}`,
  ...mutation(names, 'DeleteBroker'),
  tag,
  summary: 'Deletes a broker',
  description: 'With its credentials. Its sessions end within a second.',
  permission: 'edit',
  params: brokerParams,
  response: Operation,
  async handler({ params: { brokerId }, guard, db, commit }) {
    const { folderId } = guard.resource(await control.findOwner(db, { kind: 'broker', id: brokerId }), noun);
    return commit(async (tx) => {
      await control.deleteBroker(tx, brokerId);
      return { resourceId: brokerId, folderId, metadata: { brokerId }, response: empty };
    });
  },
});

/** What a change says that answers with the broker. */
function brokerChange(row: control.BrokerRow): Change {
  return {
    resourceId: row.id,
    folderId: row.folderId,
    metadata: { brokerId: row.id },
    response: asAny(`${names.protoPackage}.Broker`, toBroker(row)),
  };
}
