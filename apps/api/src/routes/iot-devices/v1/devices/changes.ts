import {
  allFields,
  CreateDeviceRequest,
  fieldsToSet,
  Operation,
  resourceNames,
  UpdateDeviceRequest,
} from '@iotcore/contract';
import { createId } from '@iotcore/model';
import * as control from '@iotcore/store/control';
import { type Change, defineRoute, mutation } from '../../../../routing/route.ts';
import { toDevice } from '../../../../wire/device.ts';
import { asAny, empty } from '../../../../wire/operation.ts';
import { newCredentials, withChainNote } from '../../../shared/new-credentials.ts';
import { newAliases } from './new-aliases.ts';
import { deviceParams } from './params.ts';

const names = resourceNames.device;
const { path, tag, noun } = names;

const defaults: {
  name: string;
  description: string;
  labels: Record<string, string>;
  topicAliases: Record<string, string>;
} = { name: '', description: '', labels: {}, topicAliases: {} };

export const createDevice = defineRoute({
  method: 'POST',
  path,
  ...mutation(names, 'CreateDevice'),
  tag,
  summary: 'Creates a device in a registry',
  permission: 'edit',
  body: CreateDeviceRequest,
  response: Operation,
  async handler({ body, guard, db, hasher, quotas, commit }) {
    const { registryId } = body;
    const { topicAliases, ...fields } = allFields(body, defaults);
    const { folderId } = guard.resource(
      await control.findOwner(db, { kind: 'registry', id: registryId }),
      'Registry',
    );
    const id = createId();
    const aliases = newAliases(topicAliases, id);
    const credentials = await newCredentials(body, hasher);
    const device = { id, registryId, folderId, ...fields, aliases };
    return commit(async (tx) =>
      withChainNote(
        deviceChange(await control.createDevice(tx, device, credentials, quotas)),
        credentials.certificates,
      ),
    );
  },
});

export const updateDevice = defineRoute({
  method: 'PATCH',
  path: `${path}/{deviceId}`,
  ...mutation(names, 'UpdateDevice'),
  tag,
  summary: 'Changes fields of a device',
  description: 'New topic aliases replace all old ones, and take effect on live sessions within a second.',
  permission: 'edit',
  params: deviceParams,
  body: UpdateDeviceRequest,
  response: Operation,
  async handler({ params: { deviceId }, body, guard, db, commit }) {
    guard.resource(await control.findOwner(db, { kind: 'device', id: deviceId }), noun);
    const { topicAliases, ...fields } = fieldsToSet(body, defaults);
    const changes = { ...fields, ...(topicAliases && { aliases: newAliases(topicAliases, deviceId) }) };
    return commit(async (tx) => deviceChange(await control.updateDevice(tx, deviceId, changes)));
  },
});

export const deleteDevice = defineRoute({
  method: 'DELETE',
  path: `${path}/{deviceId}`,
  ...mutation(names, 'DeleteDevice'),
  tag,
  summary: 'Deletes a device',
  description: 'With its credentials, aliases and stored messages. Its sessions end within a second.',
  permission: 'edit',
  params: deviceParams,
  response: Operation,
  async handler({ params: { deviceId }, guard, db, commit }) {
    const { folderId } = guard.resource(await control.findOwner(db, { kind: 'device', id: deviceId }), noun);
    return commit(async (tx) => {
      await control.deleteDevice(tx, deviceId);
      return { resourceId: deviceId, folderId, metadata: { deviceId }, response: empty };
    });
  },
});

/** What a change says that answers with the device. */
function deviceChange(row: control.DeviceRow): Change {
  return {
    resourceId: row.id,
    folderId: row.folderId,
    metadata: { deviceId: row.id },
    response: asAny(`${names.protoPackage}.Device`, toDevice(row)),
  };
}
