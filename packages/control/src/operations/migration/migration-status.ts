import {
  type BrokerMigration,
  ListMigrationDevicesQuery,
  ListMigrationDevicesResponse,
  type MigrationDevice,
  MigrationStatus,
  MigrationStatusQuery,
  type RegistryMigration,
  resourceNames,
} from '@iotcore/contract';
import type { Clock } from '@iotcore/process';
import type * as control from '@iotcore/store/control';
import { text, time } from '../../messages/json.ts';
import { defineOperation } from '../../pipeline/operation.ts';
import { folder, resource, type Subject } from '../../pipeline/subject.ts';
import { ownerIds, ownerSubject } from '../shared/owner.ts';

const { registry, broker } = resourceNames;
const service = 'MigrationService';

const getMigrationStatus = defineOperation({
  name: 'getMigrationStatus',
  service,
  summary: 'Returns how far the registries and brokers of a folder, or one of them, have come',
  description: 'Exactly one of `folderId`, `registryId` and `brokerId` must be given.',
  permission: 'view',
  message: MigrationStatusQuery,
  output: MigrationStatus,
  subject: scopeSubject,
  async run({ input, read }, { clock }: { readonly clock: Clock }) {
    const scope = scopeOf(input);
    const now = clock.date();
    const [registries, brokers] = await Promise.all([
      read.migration.registries(scope, now),
      read.migration.brokers(scope, now),
    ]);
    return { registries: registries.map(toRegistryMigration), brokers: brokers.map(toBrokerMigration) };
  },
});

const listMigrationDevices = defineOperation({
  name: 'listMigrationDevices',
  service,
  summary: 'Lists how far the devices of a registry have come, oldest first',
  permission: 'view',
  ids: ownerIds(registry),
  message: ListMigrationDevicesQuery,
  output: ListMigrationDevicesResponse,
  subject: ownerSubject(registry),
  async run({ input, target, read, page: request, nextPageToken }) {
    const page = await read.migration.devices(target.id, input.filter, request);
    return { devices: page.rows.map(toMigrationDevice), ...nextPageToken(page) };
  },
});

export const migrationStatusOperations = [getMigrationStatus, listMigrationDevices];

interface Scope {
  readonly folderId?: string | undefined;
  readonly registryId?: string | undefined;
  readonly brokerId?: string | undefined;
}

async function scopeSubject(
  { folderId = '', registryId, brokerId }: Scope,
  read: control.Reads,
): Promise<Subject<unknown>> {
  if (registryId !== undefined) {
    return resource(registry.noun, await read.owners.find({ kind: 'registry', id: registryId }));
  }
  if (brokerId !== undefined) {
    return resource(broker.noun, await read.owners.find({ kind: 'broker', id: brokerId }));
  }
  return folder(folderId);
}

function scopeOf({ folderId = '', registryId, brokerId }: Scope): control.MigrationScope {
  if (registryId !== undefined) return { registryId };
  return brokerId === undefined ? { folderId } : { brokerId };
}

function toRegistryMigration(row: control.RegistryMigrationRow): RegistryMigration {
  const {
    devices,
    seen,
    seenLastDay,
    withCertificate,
    withPassword,
    adopted,
    withoutCredential,
    devicesInConflict,
  } = row;
  return {
    registryId: row.id,
    ...text('name', row.name),
    folderId: row.folderId,
    ...{ devices, seen, notSeen: devices - seen, seenLastDay },
    ...{ withCertificate, withPassword, adopted, withoutCredential },
    ...(devicesInConflict > 0 && { devicesInConflict }),
    ...ownCredentials(row),
    ...openAdoption(row),
  };
}

function toBrokerMigration(row: control.BrokerMigrationRow): BrokerMigration {
  return {
    brokerId: row.id,
    ...text('name', row.name),
    folderId: row.folderId,
    ...ownCredentials(row),
    ...openAdoption(row),
  };
}

function toMigrationDevice(row: control.DeviceMigrationRow): MigrationDevice {
  return {
    deviceId: row.id,
    ...text('name', row.name),
    createdAt: row.createdAt.toISOString(),
    ...time('firstSeenAt', row.firstAuthTime),
    ...time('lastAuthTime', row.lastAuthTime),
    ...ownCredentials(row),
  };
}

function ownCredentials(row: control.OwnCredentials) {
  const { hasCertificate, hasPassword, adoptedAt, passwordId, idConflict } = row;
  return {
    ...{ hasCertificate, hasPassword },
    ...time('adoptedAt', adoptedAt),
    ...text('passwordId', passwordId),
    ...(idConflict && { idConflict }),
  };
}

function openAdoption({ endsAt, networks }: Pick<control.BrokerMigrationRow, 'endsAt' | 'networks'>) {
  if (endsAt === null) return {};
  return { adoption: { endsAt: endsAt.toISOString(), networks: [...(networks ?? [])] } };
}
