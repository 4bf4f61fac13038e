import { prepare, type Sql } from '../../database/sql.ts';
import type { Transaction } from '../../database/transaction.ts';
import { assignments, json } from '../columns.ts';
import { addCredentials, type InitialCredentials } from '../credentials/credentials.ts';
import { type Page, type PageRequest, toPage } from '../db.ts';
import { MissingError } from '../errors.ts';
import { addAliases, lockAliases, type NewAlias, replaceAliases } from './aliases.ts';
import { type FolderQuotas, reserve } from './quotas.ts';

/** What the data plane reported of a device. */
export interface DeviceActivityRow {
  readonly lastAuthIp: string | null;
  readonly lastAuthTime: Date | null;
  readonly lastPubActivityTime: Date | null;
  readonly lastSubActivityTime: Date | null;
  readonly lastOnlineTime: Date | null;
  readonly lastDisconnectTime: Date | null;
}

export interface DeviceRow {
  readonly id: string;
  readonly registryId: string;
  readonly folderId: string;
  readonly createdAt: Date;
  /** null: none. */
  readonly name: string | null;
  readonly description: string;
  readonly labels: unknown;
  readonly status: 'CREATING' | 'ACTIVE' | 'DELETING';
  /** Ordered by alias. */
  readonly aliases: readonly NewAlias[];
  /** Only where it was asked for, and if there was any. */
  readonly activity?: DeviceActivityRow | null;
}

/** What can be changed of a device. */
export interface DeviceFields {
  /** Empty: none. */
  readonly name: string;
  readonly description: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly aliases: readonly NewAlias[];
}

/** `activity`: whether to read it too. */
export interface DeviceView {
  readonly activity: boolean;
}

const columns = `
  devices.id, registry_id AS "registryId", folder_id AS "folderId", created_at AS "createdAt", name, description, labels,
  status,
  (SELECT json_agg(json_build_object('alias', alias, 'prefix', prefix) ORDER BY alias)
   FROM topic_aliases WHERE device_id = devices.id) AS aliases`;
const activityColumns = `
  activity.device_id IS NOT NULL AS "isActive", last_auth_ip AS "lastAuthIp", last_auth_time AS "lastAuthTime",
  last_pub_activity_time AS "lastPubActivityTime", last_sub_activity_time AS "lastSubActivityTime",
  last_online_time AS "lastOnlineTime", last_disconnect_time AS "lastDisconnectTime"`;

/** One statement for each view: the activity costs a join. */
function viewed(name: string, condition: string) {
  const basic = prepare(name, `SELECT ${columns} FROM devices WHERE ${condition}`);
  const full = prepare(
    `${name}-full`,
    `SELECT ${columns}, ${activityColumns}
     FROM devices LEFT JOIN device_activity AS activity ON activity.device_id = devices.id WHERE ${condition}`,
  );
  return ({ activity }: DeviceView) => (activity ? full : basic);
}

const byId = viewed('find-device', 'devices.id = $1');
const byName = viewed('find-device-by-name', 'registry_id = $1 AND name = $2');
const ofRegistry = viewed(
  'list-devices',
  'registry_id = $1 AND devices.id > $2 ORDER BY devices.id LIMIT $3',
);
const ofFolder = viewed(
  'list-devices-of-folder',
  'folder_id = $1 AND devices.id > $2 ORDER BY devices.id LIMIT $3',
);

interface Selected extends Omit<DeviceRow, 'aliases' | 'activity'> {
  readonly aliases: readonly NewAlias[] | null;
}

type SelectedActivity = Selected & DeviceActivityRow & { readonly isActive: boolean };

/** The row itself: nobody else has it, and a list is made of hundreds of them. */
function toRow(selected: { aliases: Selected['aliases'] } & Omit<Selected, 'aliases'>): DeviceRow {
  selected.aliases ??= [];
  return selected as DeviceRow;
}

function toRowWithActivity(selected: SelectedActivity): DeviceRow {
  const { isActive, lastAuthIp, lastAuthTime, lastPubActivityTime, ...rest } = selected;
  const { lastSubActivityTime, lastOnlineTime, lastDisconnectTime, ...device } = rest;
  const activity = {
    ...{ lastAuthIp, lastAuthTime, lastPubActivityTime },
    ...{ lastSubActivityTime, lastOnlineTime, lastDisconnectTime },
  };
  return { ...toRow(device), activity: isActive ? activity : null };
}

function toRows(rows: readonly Selected[], view: DeviceView): DeviceRow[] {
  return view.activity ? (rows as SelectedActivity[]).map(toRowWithActivity) : rows.map(toRow);
}

export async function findDevice(db: Sql, id: string, view: DeviceView): Promise<DeviceRow | undefined> {
  return toRows((await db.query<Selected>(byId(view)(id))).rows, view)[0];
}

export async function findDeviceByName(
  db: Sql,
  registryId: string,
  name: string,
  view: DeviceView,
): Promise<DeviceRow | undefined> {
  return toRows((await db.query<Selected>(byName(view)(registryId, name))).rows, view)[0];
}

/** The devices of a registry, or of a folder. One query. */
export async function listDevices(
  db: Sql,
  of: { readonly registryId: string } | { readonly folderId: string },
  view: DeviceView,
  { after = '', limit }: PageRequest,
): Promise<Page<DeviceRow>> {
  const statement =
    'registryId' in of
      ? ofRegistry(view)(of.registryId, after, limit + 1)
      : ofFolder(view)(of.folderId, after, limit + 1);
  const { rows } = await db.query<Selected>(statement);
  return toPage(toRows(rows, view), limit, (row) => row.id);
}

const insertDevice = prepare(
  'create-device',
  `INSERT INTO devices (id, registry_id, folder_id, created_at, name, description, labels)
   VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb)`,
);

export interface NewDevice extends DeviceFields {
  readonly id: string;
  readonly registryId: string;
  readonly folderId: string;
  readonly createdAt: Date;
}

/**
 * Queries: one, which is deferred, and one each for certificates and password, and three for aliases, and two for a quota, if there are any.
 */
export async function createDevice(
  tx: Transaction,
  device: NewDevice,
  credentials: InitialCredentials,
  quotas: FolderQuotas,
): Promise<DeviceRow> {
  const { id, registryId, folderId, createdAt, description, labels, aliases } = device;
  const name = device.name || null;
  await reserve(tx, 'devices', folderId, quotas);
  // Before the device is counted in its folder, as an import does it: so neither waits for what the other has.
  if (aliases.length > 0) await lockAliases(tx, registryId);
  await tx.defer(insertDevice(id, registryId, folderId, createdAt, name, description, json(labels)));
  await addCredentials(tx, { kind: 'device', id }, credentials);
  await addAliases(tx, device, aliases);
  return { ...device, name, status: 'ACTIVE' };
}

/** @throws MissingError if it is gone, TakenError if a name or alias is another's */
export async function updateDevice(
  tx: Sql,
  id: string,
  { aliases, name, description, labels }: Partial<DeviceFields>,
): Promise<DeviceRow> {
  const set = assignments(
    { name: name === undefined ? undefined : name || null, description, labels: json(labels) },
    1,
  );
  const update = {
    text: `UPDATE devices SET ${set.text} WHERE id = $1 RETURNING ${columns}`,
    values: [id, ...set.values],
  };
  const { rows } = await tx.query<Selected>(set.text === '' ? byId({ activity: false })(id) : update);
  const [row] = rows.map(toRow);
  if (!row) throw new MissingError('Device');
  if (aliases === undefined) return row;
  await replaceAliases(tx, row, aliases);
  return { ...row, aliases };
}

/**
 * Deletes a device with its credentials, aliases, activity and retained messages.
 *
 * @throws MissingError if it is gone
 */
export async function deleteDevice(tx: Sql, id: string): Promise<void> {
  const { rowCount } = await tx.query({ text: 'DELETE FROM devices WHERE id = $1', values: [id] });
  if (rowCount === 0) throw new MissingError('Device');
}
