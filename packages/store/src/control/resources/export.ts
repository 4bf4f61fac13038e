/** Devices with their certificates and how many passwords they have, a page at a time. */
import type { Sql } from '../../database/sql.ts';
import type { CertificateRow } from '../credentials/certificates.ts';
import type { Page, PageRequest } from '../db.ts';
import { type DeviceRow, listDevices } from './devices.ts';

export interface ExportedDeviceRow {
  readonly device: DeviceRow;
  readonly certificates: readonly CertificateRow[];
  readonly passwordCount: number;
}

/** Queries: three, however many devices the page has. */
export async function exportDevices(
  db: Sql,
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

async function certificatesOf(db: Sql, deviceIds: string[]): Promise<ReadonlyMap<string, CertificateRow[]>> {
  const { rows } = await db.query<CertificateRow & { deviceId: string }>({
    text: `SELECT device_id AS "deviceId", fingerprint, pem, created_at AS "createdAt" FROM certificates
           WHERE device_id = ANY ($1) ORDER BY created_at, fingerprint`,
    values: [deviceIds],
  });
  return Map.groupBy(rows, ({ deviceId }) => deviceId);
}

async function countPasswords(db: Sql, deviceIds: string[]): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.query<{ deviceId: string; count: number }>({
    text: `SELECT device_id AS "deviceId", count(*)::int AS count FROM passwords
           WHERE device_id = ANY ($1) GROUP BY device_id`,
    values: [deviceIds],
  });
  return new Map(rows.map(({ deviceId, count }) => [deviceId, count]));
}
