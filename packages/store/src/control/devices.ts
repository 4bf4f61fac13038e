import type { Device } from '../generated/client.ts';
import { addAliases, lockAliases, type NewAlias, replaceAliases } from './aliases.ts';
import { addCredentials, type InitialCredentials } from './credentials.ts';
import { ascending, type Db, type Page, type PageRequest, toPage } from './db.ts';
import { MissingError } from './errors.ts';
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

export interface DeviceRow extends Device {
  readonly aliases: readonly { readonly alias: string; readonly prefix: string }[];
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

const aliases = { select: { alias: true, prefix: true }, orderBy: { alias: 'asc' } } as const;

function including({ activity }: DeviceView) {
  return { aliases, activity };
}

/** A device without what belongs to it: all that it takes to tell whether the caller may see it. */
export async function findDevice(db: Db, id: string): Promise<Device | undefined> {
  return (await db.device.findUnique({ where: { id } })) ?? undefined;
}

export async function findDeviceByName(
  db: Db,
  registryId: string,
  name: string,
): Promise<Device | undefined> {
  return (await db.device.findUnique({ where: { registryId_name: { registryId, name } } })) ?? undefined;
}

/** A device with what belongs to it. Queries: one; with the activity two. */
export async function completeDevice(db: Db, device: Device, view: DeviceView): Promise<DeviceRow> {
  const deviceId = device.id;
  return {
    ...device,
    aliases: await db.topicAlias.findMany({ where: { deviceId }, ...aliases }),
    ...(view.activity && { activity: await db.deviceActivity.findUnique({ where: { deviceId } }) }),
  };
}

/** The devices of a registry, or of a folder. Queries: two; with the activity three. */
export async function listDevices(
  db: Db,
  of: { readonly registryId: string } | { readonly folderId: string },
  view: DeviceView,
  request: PageRequest,
): Promise<Page<DeviceRow>> {
  const { where, order, take } = ascending(request);
  const include = including(view);
  const rows = await db.device.findMany({ where: { ...of, ...where }, orderBy: order, take, include });
  return toPage(rows, request.limit, (row) => row.id);
}

/** Queries: one, and one each for certificates and password, and three for aliases, if there are any. */
export async function createDevice(
  tx: Db,
  device: { readonly id: string; readonly registryId: string; readonly folderId: string } & DeviceFields,
  credentials: InitialCredentials,
  quotas: FolderQuotas,
): Promise<DeviceRow> {
  await reserve(tx, 'devices', device.folderId, quotas);
  const { aliases, ...columns } = device;
  // Before the device is counted in its folder, as an import does it: so neither waits for what the other has.
  if (aliases.length > 0) await lockAliases(tx, device.registryId);
  const row = await tx.device.create({ data: { ...columns, name: device.name || null } });
  await addCredentials(tx, { kind: 'device', id: device.id }, credentials);
  await addAliases(tx, device, aliases);
  return { ...row, aliases };
}

/** @throws MissingError if it is gone, TakenError if a name or alias is another's */
export async function updateDevice(
  tx: Db,
  id: string,
  { aliases, name, ...columns }: Partial<DeviceFields>,
): Promise<DeviceRow> {
  const row = await tx.device.update({
    where: { id },
    data: { ...columns, ...(name !== undefined && { name: name || null }) },
    include: including({ activity: false }),
  });
  if (aliases === undefined) return row;
  await replaceAliases(tx, row, aliases);
  return { ...row, aliases };
}

/**
 * Deletes a device with its credentials, aliases, activity and retained messages.
 *
 * @throws MissingError if it is gone
 */
export async function deleteDevice(tx: Db, id: string): Promise<void> {
  const { count } = await tx.device.deleteMany({ where: { id } });
  if (count === 0) throw new MissingError('Device');
}
