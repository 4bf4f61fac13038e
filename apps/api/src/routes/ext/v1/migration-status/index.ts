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
import * as control from '@iotcore/store/control';
import type { Guard } from '../../../../auth/guard.ts';
import { defineRoute } from '../../../../routing/route.ts';
import { text, time } from '../../../../wire/json.ts';
import { ownerParams, ownerPath, permittedOwner } from '../../../shared/owner.ts';

const { registry, broker } = resourceNames;
const tag = 'MigrationService';

const getMigrationStatus = defineRoute({
  method: 'GET',
  path: '/ext/v1/migrationStatus',
  operationId: 'getMigrationStatus',
  tag,
  summary: 'Returns how far the registries and brokers of a folder, or one of them, have come',
  description: 'Exactly one of `folderId`, `registryId` and `brokerId` must be given.',
  permission: 'view',
  query: MigrationStatusQuery,
  response: MigrationStatus,
  async handler({ query, guard, db }) {
    const scope = await permittedScope(query, guard, db);
    const now = new Date();
    const [registries, brokers] = await Promise.all([
      control.readRegistryMigrations(db, scope, now),
      control.readBrokerMigrations(db, scope, now),
    ]);
    return { registries: registries.map(toRegistryMigration), brokers: brokers.map(toBrokerMigration) };
  },
});

const listMigrationDevices = defineRoute({
  method: 'GET',
  path: `${ownerPath({ path: registry.extensionPath, idField: registry.idField })}/migrationDevices`,
  operationId: 'listMigrationDevices',
  tag,
  summary: 'Lists how far the devices of a registry have come, oldest first',
  permission: 'view',
  params: ownerParams(registry),
  query: ListMigrationDevicesQuery,
  response: ListMigrationDevicesResponse,
  async handler(context) {
    const { id } = await permittedOwner(registry, context);
    const page = await control.listDeviceMigrations(context.db, id, context.query.filter, context.page);
    return { devices: page.rows.map(toMigrationDevice), ...context.nextPageToken(page) };
  },
});

export const migrationStatusRoutes = [getMigrationStatus, listMigrationDevices];

interface Scope {
  readonly folderId?: string | undefined;
  readonly registryId?: string | undefined;
  readonly brokerId?: string | undefined;
}

async function permittedScope(
  { folderId = '', registryId, brokerId }: Scope,
  guard: Guard,
  db: control.Db,
): Promise<control.MigrationScope> {
  if (registryId !== undefined) {
    guard.resource(await control.findOwner(db, { kind: 'registry', id: registryId }), registry.noun);
    return { registryId };
  }
  if (brokerId !== undefined) {
    guard.resource(await control.findOwner(db, { kind: 'broker', id: brokerId }), broker.noun);
    return { brokerId };
  }
  guard.folder(folderId);
  return { folderId };
}

function toRegistryMigration(row: control.RegistryMigrationRow): RegistryMigration {
  const { devices, seen, withCertificate, withPassword, adopted, withoutCredential } = row;
  return {
    registryId: row.id,
    ...text('name', row.name),
    folderId: row.folderId,
    ...{ devices, seen, notSeen: devices - seen },
    ...{ withCertificate, withPassword, adopted, withoutCredential },
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

function ownCredentials({ hasCertificate, hasPassword, adoptedAt, passwordId }: control.OwnCredentials) {
  return { hasCertificate, hasPassword, ...time('adoptedAt', adoptedAt), ...text('passwordId', passwordId) };
}

function openAdoption({ endsAt, networks }: Pick<control.BrokerMigrationRow, 'endsAt' | 'networks'>) {
  if (endsAt === null) return {};
  return { adoption: { endsAt: endsAt.toISOString(), networks: [...(networks ?? [])] } };
}
