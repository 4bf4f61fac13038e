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

const ownColumns = `
  devices.id, registry_id AS "registryId", folder_id AS "folderId", created_at AS "createdAt", name, description, labels,
  status`;
const aliasList = `json_agg(json_build_object('alias', alias, 'prefix', prefix) ORDER BY alias)`;
const columns = `
  ${ownColumns}, (SELECT ${aliasList} FROM topic_aliases WHERE device_id = devices.id) AS aliases`;
const activityColumns = `
  activity.device_id IS NOT NULL AS "isActive", last_auth_ip AS "lastAuthIp", last_auth_time AS "lastAuthTime",
  last_pub_activity_time AS "lastPubActivityTime", last_sub_activity_time AS "lastSubActivityTime",
  last_online_time AS "lastOnlineTime", last_disconnect_time AS "lastDisconnectTime"`;

const joinActivity = 'LEFT JOIN device_activity AS activity ON activity.device_id = devices.id';

/** One statement for each view: the activity costs a join. `text` is given what to add to the columns, and to the tables. */
function viewed(name: string, text: (columns: string, tables: string) => string) {
  const basic = prepare(name, text('', ''));
  const full = prepare(`${name}-full`, text(`, ${activityColumns}`, joinActivity));
  return ({ activity }: DeviceView) => (activity ? full : basic);
}

function one(name: string, condition: string) {
  return viewed(name, (more, join) => `SELECT ${columns}${more} FROM devices ${join} WHERE ${condition}`);
}

/**
 * A page by ID, and the aliases of all of its devices at once: one look at an index for each device would cost as much as all
 * the rest. `ofPage`: which aliases these are.
 *
 * Postgres plans it once and for all (with a limit that it does not know it would at each call, which costs as much again), so
 * the plan must suit the largest owner and the smallest: only the index on owner and ID has this order, and a full join, which
 * finds what a left one would, is never a loop within a loop.
 */
function page(name: string, owner: 'registry_id' | 'folder_id', limit: number, ofPage: string) {
  return viewed(
    name,
    (more, join) => `
      WITH page AS MATERIALIZED (
        SELECT * FROM devices WHERE (${owner}, id) > ($1, $2) AND ${owner} <= $1 ORDER BY ${owner}, id LIMIT ${limit}
      ), named AS MATERIALIZED (
        SELECT device_id, ${aliasList} AS aliases FROM topic_aliases WHERE ${ofPage} GROUP BY device_id
      )
      SELECT ${ownColumns}, aliases${more}
      FROM page AS devices FULL JOIN named ON named.device_id = devices.id ${join} ORDER BY devices.id`,
  );
}

const byId = one('find-device', 'devices.id = $1');
const byName = one('find-device-by-name', 'registry_id = $1 AND name = $2');
/** A page of another size is cut from the next larger one. The largest is that of the API. */
const pages = [10, 30, 100, 300, 1000, 3000, 20_000].map((size) => ({
  size,
  ofRegistry: page(
    `list-${size}-devices`,
    'registry_id',
    size + 1,
    'registry_id = $1 AND device_id > $2 AND device_id <= (SELECT max(id) FROM page)',
  ),
  ofFolder: page(
    `list-${size}-devices-of-folder`,
    'folder_id',
    size + 1,
    'device_id = ANY (ARRAY(SELECT id FROM page))',
  ),
}));

interface Selected extends Omit<DeviceRow, 'aliases' | 'activity'> {
  readonly aliases: readonly NewAlias[] | null;
}

type SelectedActivity = Selected & DeviceActivityRow & { readonly isActive: boolean };

/** Changes the row itself instead of copying it: a list is made of hundreds of them. */
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

/** The devices of a registry, or of a folder: 20,000 at most. One query. */
export async function listDevices(
  db: Sql,
  of: { readonly registryId: string } | { readonly folderId: string },
  view: DeviceView,
  { after = '', limit }: PageRequest,
): Promise<Page<DeviceRow>> {
  const page = pages.find(({ size }) => size >= limit);
  if (!page) throw new RangeError(`no page has ${limit} devices`);
  const statement =
    'registryId' in of
      ? page.ofRegistry(view)(of.registryId, after)
      : page.ofFolder(view)(of.folderId, after);
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
 * Queries: one, which is deferred, and one each for certificates and password, and three for aliases, and two for a quota, if
 * there are any.
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
