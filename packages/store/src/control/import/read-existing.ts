/** Reads what exists of all that an import names, in a fixed number of queries, however many entries there are. */
import { isDeepStrictEqual } from 'node:util';
import { highestCharacter } from '../../database/prefix-range.ts';
import { sqlOf } from '../../database/sql.ts';
import { Prisma } from '../../generated/client.ts';
import type { Db } from '../db.ts';
import type { OwnerKind } from '../resources/owners.ts';
import { roomIn } from '../resources/quotas.ts';
import { AliasTable } from './alias-table.ts';
import {
  certificateKey,
  type ExistingResources,
  nameKey,
  roomKey,
  sortAliases,
} from './existing-resources.ts';
import type { DeviceContent, Import, Stored, StoredCertificate, TopLevelContent } from './types.ts';

const tables = { registry: 'registries', broker: 'brokers', device: 'devices' } as const;

/** Locks what it must to be still true at the end of the transaction: room in folders first, then aliases. */
export async function readExisting(tx: Db, request: Import): Promise<ExistingResources> {
  const resources = {
    registry: await readTopLevel(tx, 'registry', idsOf(request, 'registry')),
    broker: await readTopLevel(tx, 'broker', idsOf(request, 'broker')),
    device: await readDevices(tx, idsOf(request, 'device')),
  };
  const room = await readRoom(tx, request, resources.registry);
  return {
    resources,
    room,
    kinds: await readKinds(tx, request),
    names: await readNames(tx, request),
    aliases: await readAliases(tx, request, resources.device),
    certificates: await readCertificates(tx, request),
  };
}

/** The resources of a kind that the entries are about, belong to, or come with. */
function idsOf({ registries, brokers, devices, certificates }: Import, kind: OwnerKind): string[] {
  const entries = { registry: registries, broker: brokers, device: devices }[kind];
  const owners = certificates.filter(({ owner }) => owner.kind === kind).map(({ owner }) => owner.id);
  const parents = kind === 'registry' ? devices.map(({ content }) => content.registryId) : [];
  return [...new Set([...entries.map(({ id }) => id), ...owners, ...parents])];
}

type Row<C> = { readonly id: string; readonly folderId: string } & C;

async function readTopLevel(
  tx: Db,
  kind: 'registry' | 'broker',
  ids: readonly string[],
): Promise<Map<string, Stored>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.$queryRaw<Row<TopLevelContent>[]>`
    SELECT id, folder_id AS "folderId", created_at AS "createdAt", coalesce(name, '') AS name, description, labels,
           status::text AS status, log_options AS "logOptions"
    FROM ${Prisma.raw(tables[kind])} WHERE id = ANY (${ids}::text[])`;
  return new Map(rows.map(({ id, ...content }) => [id, { folderId: content.folderId, content }]));
}

async function readDevices(tx: Db, ids: readonly string[]): Promise<Map<string, Stored>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.$queryRaw<Row<DeviceContent>[]>`
    SELECT id, folder_id AS "folderId", registry_id AS "registryId", created_at AS "createdAt",
           coalesce(name, '') AS name, description, labels, status::text AS status,
           (SELECT coalesce(json_agg(json_build_array(alias, prefix)), '[]') FROM topic_aliases
            WHERE device_id = devices.id) AS "topicAliases"
    FROM devices WHERE id = ANY (${ids}::text[])`;
  return new Map(
    rows.map(({ id, folderId, ...content }) => [
      id,
      { folderId, content: { ...content, topicAliases: sortAliases(content.topicAliases) } },
    ]),
  );
}

/** What the IDs of the entries belong to. */
async function readKinds(tx: Db, { registries, brokers, devices }: Import): Promise<Map<string, string>> {
  const ids = [...registries, ...brokers, ...devices].map(({ id }) => id);
  const rows = await tx.$queryRaw<{ id: string; kind: string }[]>`
    SELECT id, kind FROM resource_ids WHERE id = ANY (${ids}::text[])`;
  return new Map(rows.map(({ id, kind }) => [id, kind]));
}

/** The resources that have the given names. */
async function readNames(tx: Db, { registries, brokers, devices }: Import): Promise<Map<string, string>> {
  const wanted = {
    registry: registries.map(({ content }) => ({ parentId: content.folderId, name: content.name })),
    broker: brokers.map(({ content }) => ({ parentId: content.folderId, name: content.name })),
    device: devices.map(({ content }) => ({ parentId: content.registryId, name: content.name })),
  };
  const holders = new Map<string, string>();
  for (const kind of ['registry', 'broker', 'device'] as const) {
    const named = wanted[kind].filter(({ name }) => name !== '');
    if (named.length === 0) continue;
    const parent = Prisma.raw(kind === 'device' ? 'registry_id' : 'folder_id');
    const rows = await tx.$queryRaw<{ id: string; parentId: string; name: string }[]>`
      SELECT id, ${parent} AS "parentId", name
      FROM jsonb_to_recordset(${JSON.stringify(named)}::jsonb) AS wanted ("parentId" text, name text)
      JOIN ${Prisma.raw(tables[kind])} USING (name) WHERE ${parent} = wanted."parentId"`;
    for (const { id, parentId, name } of rows) holders.set(nameKey(kind, parentId, name), id);
  }
  return holders;
}

/** How many more the folders of the entries may have. */
async function readRoom(
  tx: Db,
  { quotas, registries, brokers, devices }: Import,
  stored: ReadonlyMap<string, Stored>,
): Promise<Map<string, number>> {
  const given = new Map(registries.map(({ id, content }) => [id, content.folderId]));
  const folders = {
    registry: registries.map(({ content }) => content.folderId),
    broker: brokers.map(({ content }) => content.folderId),
    device: devices.map(
      ({ content: { registryId } }) => stored.get(registryId)?.folderId ?? given.get(registryId),
    ),
  };
  const room = new Map<string, number>();
  for (const kind of ['registry', 'broker', 'device'] as const) {
    for (const folderId of [...new Set(folders[kind])].sort()) {
      if (folderId === undefined) continue;
      const left = await roomIn(sqlOf(tx), tables[kind], folderId, quotas);
      if (left !== undefined) room.set(roomKey(kind, folderId), left);
    }
  }
  return room;
}

/** Aliases of the registries with which those that are new could conflict. */
async function readAliases(
  tx: Db,
  { devices, dryRun }: Import,
  stored: ReadonlyMap<string, Stored>,
): Promise<Map<string, AliasTable>> {
  const tables = new Map<string, AliasTable>();
  const changed = devices.filter(({ id, content }) => {
    const before = stored.get(id)?.content as DeviceContent | undefined;
    return !isDeepStrictEqual(before?.topicAliases ?? [], content.topicAliases);
  });
  if (changed.length === 0) return tables;
  const registryIds = [...new Set(changed.map(({ content }) => content.registryId))];
  for (const registryId of registryIds) tables.set(registryId, new AliasTable());
  // As everywhere where aliases change: those of one registry take turns.
  if (!dryRun) {
    await tx.$queryRaw`
      SELECT 1 FROM registries WHERE id = ANY (${registryIds}::text[]) ORDER BY id FOR NO KEY UPDATE`;
  }
  const given = changed.flatMap(({ content: { registryId, topicAliases } }) =>
    topicAliases.map(([alias]) => ({ registryId, alias })),
  );
  const rows = await tx.$queryRaw<{ registryId: string; alias: string; deviceId: string }[]>`
    WITH given AS (
      SELECT DISTINCT "registryId", alias
      FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS given ("registryId" text, alias text)
    )
    SELECT other.registry_id AS "registryId", other.alias, other.device_id AS "deviceId"
    FROM given JOIN topic_aliases AS other
      ON other.registry_id = given."registryId" AND other.alias >= given.alias AND other.alias < given.alias || ${highestCharacter}
    UNION
    SELECT other.registry_id, other.alias, other.device_id
    FROM given CROSS JOIN generate_series(1, length(given.alias)) AS characters JOIN topic_aliases AS other
      ON other.registry_id = given."registryId" AND other.alias = left(given.alias, characters)`;
  for (const { registryId, alias, deviceId } of rows) tables.get(registryId)?.add(alias, deviceId);
  return tables;
}

async function readCertificates(tx: Db, { certificates }: Import): Promise<Map<string, StoredCertificate>> {
  if (certificates.length === 0) return new Map();
  const rows = await tx.$queryRaw<
    { key: string; pem: string; createdAt: Date; kind: OwnerKind; ownerId: string }[]
  >`
    SELECT given.key, pem, created_at AS "createdAt", coalesce(device_id, registry_id, broker_id) AS "ownerId",
           CASE WHEN device_id IS NOT NULL THEN 'device' WHEN registry_id IS NOT NULL THEN 'registry' ELSE 'broker' END AS kind
    FROM unnest(${certificates.map(certificateKey)}::text[]) AS given (key)
    JOIN certificates ON sha256 = decode(given.key, 'hex')`;
  return new Map(
    rows.map(({ key, kind, ownerId, pem, createdAt }) => [
      key,
      { owner: { kind, id: ownerId }, pem, createdAt },
    ]),
  );
}
