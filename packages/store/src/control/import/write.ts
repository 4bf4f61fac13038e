/** Writes the plan of an import: a fixed number of statements, whatever the number of rows. */
import { Prisma } from '../../generated/client.ts';
import type { Db } from '../db.ts';
import { certificateKey } from './existing-resources.ts';
import { OvertakenError } from './overtaken.ts';
import type { Plan } from './plan.ts';
import type { DeviceContent, ImportedCertificate, Stored } from './types.ts';

type Rows = ReadonlyMap<string, Stored>;

/** @throws OvertakenError, or a violated constraint, if the existing resources are not what they were when the plan was made */
export async function writePlan(tx: Db, plan: Plan): Promise<void> {
  await updateTopLevel(tx, 'registries', 'RegistryStatus', plan.updated.registry);
  await updateTopLevel(tx, 'brokers', 'ResourceStatus', plan.updated.broker);
  await updateDevices(tx, plan.updated.device);
  await insertTopLevel(tx, 'registries', 'RegistryStatus', plan.created.registry);
  await insertTopLevel(tx, 'brokers', 'ResourceStatus', plan.created.broker);
  await insertDevices(tx, plan.created.device);
  await writeAliases(tx, plan);
  await updateCertificates(tx, plan.updatedCertificates);
  await insertCertificates(tx, plan.createdCertificates);
}

/** Rows as JSON, which one parameter carries whatever their number. */
function json(rows: Rows): string {
  return JSON.stringify([...rows].map(([id, { folderId, content }]) => ({ id, folderId, ...content })));
}

async function mustWrite(expected: number, statement: () => Promise<number>): Promise<void> {
  if (expected > 0 && (await statement()) !== expected) throw new OvertakenError('rows came or went');
}

const topLevelFields = Prisma.raw(
  `AS row (id text, "folderId" text, "createdAt" timestamptz, name text, description text, labels jsonb, status text, "logOptions" jsonb)`,
);

async function insertTopLevel(tx: Db, table: string, status: string, rows: Rows): Promise<void> {
  await mustWrite(
    rows.size,
    () => tx.$executeRaw`
      INSERT INTO ${Prisma.raw(table)} (id, folder_id, created_at, name, description, labels, status, log_options)
      SELECT id, "folderId", "createdAt", nullif(name, ''), description, labels, status::${Prisma.raw(`"${status}"`)},
             "logOptions"
      FROM jsonb_to_recordset(${json(rows)}::jsonb) ${topLevelFields}
      ON CONFLICT DO NOTHING`,
  );
}

async function updateTopLevel(tx: Db, table: string, status: string, rows: Rows): Promise<void> {
  await mustWrite(
    rows.size,
    () => tx.$executeRaw`
      UPDATE ${Prisma.raw(table)} AS there
      SET created_at = "createdAt", name = nullif(row.name, ''), description = row.description, labels = row.labels,
          status = row.status::${Prisma.raw(`"${status}"`)}, log_options = "logOptions"
      FROM jsonb_to_recordset(${json(rows)}::jsonb) ${topLevelFields}
      WHERE there.id = row.id`,
  );
}

const deviceFields = Prisma.raw(
  `AS row (id text, "folderId" text, "registryId" text, "createdAt" timestamptz, name text, description text, labels jsonb, status text)`,
);

async function insertDevices(tx: Db, rows: Rows): Promise<void> {
  await mustWrite(
    rows.size,
    () => tx.$executeRaw`
      INSERT INTO devices (id, registry_id, folder_id, created_at, name, description, labels, status)
      SELECT id, "registryId", "folderId", "createdAt", nullif(name, ''), description, labels, status::"ResourceStatus"
      FROM jsonb_to_recordset(${json(rows)}::jsonb) ${deviceFields}
      ON CONFLICT DO NOTHING`,
  );
}

async function updateDevices(tx: Db, rows: Rows): Promise<void> {
  await mustWrite(
    rows.size,
    () => tx.$executeRaw`
      UPDATE devices AS there
      SET created_at = "createdAt", name = nullif(row.name, ''), description = row.description, labels = row.labels,
          status = row.status::"ResourceStatus"
      FROM jsonb_to_recordset(${json(rows)}::jsonb) ${deviceFields}
      WHERE there.id = row.id`,
  );
}

/** Aliases that stay as they are are not touched: each row that is tells the MQTT servers of a change. */
async function writeAliases(tx: Db, { created, updated }: Plan): Promise<void> {
  const devices = [...created.device, ...updated.device];
  const aliases = devices.flatMap(([deviceId, { content }]) => {
    const { registryId, topicAliases } = content as DeviceContent;
    return topicAliases.map(([alias, prefix]) => ({ registryId, alias, deviceId, prefix }));
  });
  const rows = JSON.stringify(aliases);
  const fields = Prisma.raw('AS row ("registryId" text, alias text, "deviceId" text, prefix text)');
  if (updated.device.size > 0) {
    await tx.$executeRaw`
      DELETE FROM topic_aliases AS there
      WHERE device_id = ANY (${[...updated.device.keys()]}::text[]) AND NOT EXISTS (
        SELECT 1 FROM jsonb_to_recordset(${rows}::jsonb) ${fields}
        WHERE "deviceId" = there.device_id AND row.alias = there.alias AND row.prefix = there.prefix)`;
  }
  if (aliases.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO topic_aliases (registry_id, alias, device_id, prefix)
    SELECT "registryId", alias, "deviceId", prefix FROM jsonb_to_recordset(${rows}::jsonb) ${fields}
    WHERE NOT EXISTS (SELECT 1 FROM topic_aliases AS there
      WHERE there.registry_id = row."registryId" AND there.alias = row.alias AND there.device_id = row."deviceId")`;
}

const certificateFields = Prisma.raw(
  `AS row (sha256 text, fingerprint text, pem text, "notBefore" timestamptz, "notAfter" timestamptz, "createdAt" timestamptz, "registryId" text, "deviceId" text, "brokerId" text)`,
);

function certificatesJson(certificates: readonly ImportedCertificate[]): string {
  return JSON.stringify(
    certificates.map(({ owner, ...certificate }) => ({
      ...certificate,
      sha256: certificateKey(certificate),
      [`${owner.kind}Id`]: owner.id,
    })),
  );
}

async function insertCertificates(tx: Db, certificates: readonly ImportedCertificate[]): Promise<void> {
  await mustWrite(
    certificates.length,
    () => tx.$executeRaw`
      INSERT INTO certificates (sha256, fingerprint, pem, not_before, not_after, created_at, registry_id, device_id, broker_id)
      SELECT decode(sha256, 'hex'), fingerprint, pem, "notBefore", "notAfter", "createdAt", "registryId", "deviceId", "brokerId"
      FROM jsonb_to_recordset(${certificatesJson(certificates)}::jsonb) ${certificateFields}
      ON CONFLICT DO NOTHING`,
  );
}

async function updateCertificates(tx: Db, certificates: readonly ImportedCertificate[]): Promise<void> {
  await mustWrite(
    certificates.length,
    () => tx.$executeRaw`
      UPDATE certificates AS there SET pem = row.pem, created_at = "createdAt"
      FROM jsonb_to_recordset(${certificatesJson(certificates)}::jsonb) ${certificateFields}
      WHERE there.sha256 = decode(row.sha256, 'hex')`,
  );
}
