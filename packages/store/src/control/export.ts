/** Devices with their certificates and how many passwords they have, a page at a time. */
import type { CertificateRow } from './certificates.ts';
import type { Db, Page, PageRequest } from './db.ts';
import { type DeviceRow, listDevices } from './devices.ts';

export interface ExportedDeviceRow {
  readonly device: DeviceRow;
  readonly certificates: readonly CertificateRow[];
  readonly passwordCount: number;
}

/** Queries: five, however many devices the page has. */
export async function exportDevices(
  db: Db,
  registryId: string,
  request: PageRequest,
): Promise<Page<ExportedDeviceRow>> {
  const page = await listDevices(db, { registryId }, { activity: true }, request);
  const ids = page.rows.map(({ id }) => id);
  const certificates = await certificatesOf(db, ids);
  const passwordCounts = await countPasswords(db, ids);
  const rows = page.rows.map((device) => ({
    device,
    certificates: certificates.get(device.id) ?? [],
    passwordCount: passwordCounts.get(device.id) ?? 0,
  }));
  return { rows, next: page.next };
}

async function certificatesOf(db: Db, deviceIds: string[]): Promise<ReadonlyMap<string, CertificateRow[]>> {
  const rows = await db.certificate.findMany({
    where: { deviceId: { in: deviceIds } },
    orderBy: [{ createdAt: 'asc' }, { fingerprint: 'asc' }],
    select: { deviceId: true, fingerprint: true, pem: true, createdAt: true },
  });
  return Map.groupBy(rows, ({ deviceId }) => deviceId ?? '');
}

async function countPasswords(db: Db, deviceIds: string[]): Promise<ReadonlyMap<string, number>> {
  const counts = await db.password.groupBy({
    by: 'deviceId',
    where: { deviceId: { in: deviceIds } },
    _count: true,
  });
  return new Map(counts.map(({ deviceId, _count }) => [deviceId ?? '', _count]));
}
