import {
  allFields,
  CreateDeviceRequest,
  fieldsToSet,
  Operation,
  resourceNames,
  UpdateDeviceRequest,
} from '@iotcore/contract';
import { asAny, empty } from '@iotcore/contract/records';
import type { PasswordHasher } from '@iotcore/credentials';
import { createId } from '@iotcore/model';
import type { Clock } from '@iotcore/process';
import type { DeviceRow, FolderQuotas } from '@iotcore/store/control';
import { toDevice } from '../../messages/device.ts';
import { defineOperation, type Mutation, mutation } from '../../pipeline/operation.ts';
import { resource } from '../../pipeline/subject.ts';
import { newCredentials, withChainNote } from '../shared/new-credentials.ts';
import { ownerIds, ownerSubject } from '../shared/owner.ts';
import { newAliases } from './new-aliases.ts';

const names = resourceNames.device;
const { tag: service } = names;

const defaults: {
  name: string;
  description: string;
  labels: Record<string, string>;
  topicAliases: Record<string, string>;
} = { name: '', description: '', labels: {}, topicAliases: {} };

interface CreateNeeds {
  readonly hasher: PasswordHasher;
  readonly quotas: FolderQuotas;
  readonly clock: Clock;
}

export const createDevice = defineOperation({
  ...mutation(names, 'CreateDevice'),
  service,
  summary: 'Creates a device in a registry',
  permission: 'edit',
  keyed: true,
  message: CreateDeviceRequest,
  output: Operation,
  subject: async ({ registryId }, read) =>
    resource('Registry', await read.owners.find({ kind: 'registry', id: registryId })),
  async run({ input, target: { id: registryId, folderId }, commit }, { hasher, quotas, clock }: CreateNeeds) {
    const { topicAliases, ...fields } = allFields(input, defaults);
    const id = createId();
    const aliases = newAliases(topicAliases, id);
    const credentials = await newCredentials(input, hasher);
    const device = { id, registryId, folderId, createdAt: clock.date(), ...fields, aliases };
    return commit(async (tx) =>
      withChainNote(
        deviceMutation(await tx.devices.create(device, credentials, quotas)),
        credentials.certificates,
      ),
    );
  },
});

export const updateDevice = defineOperation({
  ...mutation(names, 'UpdateDevice'),
  service,
  summary: 'Changes fields of a device',
  description: 'New topic aliases replace all old ones, and take effect on live sessions within a second.',
  permission: 'edit',
  ids: ownerIds(names),
  message: UpdateDeviceRequest,
  output: Operation,
  subject: ownerSubject(names),
  async run({ input, target: { id }, commit }) {
    const { topicAliases, ...fields } = fieldsToSet(input, defaults);
    const all = { ...fields, ...(topicAliases && { aliases: newAliases(topicAliases, id) }) };
    return commit(async (tx) => deviceMutation(await tx.devices.update(id, all)));
  },
});

export const deleteDevice = defineOperation({
  ...mutation(names, 'DeleteDevice'),
  service,
  summary: 'Deletes a device',
  description: 'With its credentials, aliases and retained messages. Its sessions end within a second.',
  permission: 'edit',
  ids: ownerIds(names),
  output: Operation,
  subject: ownerSubject(names),
  async run({ target: { id, folderId }, commit }) {
    return commit(async (tx) => {
      await tx.devices.delete(id);
      return { resourceId: id, folderId, metadata: { deviceId: id }, response: empty };
    });
  },
});

/** Of a call that answers with the device. */
function deviceMutation(row: DeviceRow): Mutation {
  return {
    resourceId: row.id,
    folderId: row.folderId,
    metadata: { deviceId: row.id },
    response: asAny(`${names.protoPackage}.Device`, toDevice(row)),
  };
}
