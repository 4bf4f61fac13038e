/** What a new installation begins with. Several processes may do this at the same time. */
import type { Pool } from 'pg';
import type { Sql } from '../../database/sql.ts';
import { transaction } from '../../database/transaction.ts';
import { addCredentials, type InitialCredentials } from '../credentials/credentials.ts';

/** Any number, the same in every version. */
const lockKey = 7_113_420_916;

export interface AdminAccount {
  readonly id: string;
  readonly folderId: string;
  readonly name: string;
}

/** The account with that name, with the role `admin` on every folder; `create` is stored if there is none. */
export async function ensureAdminAccount(
  pool: Pool,
  create: AdminAccount,
  bindingId: string,
): Promise<string> {
  const { folderId, name } = create;
  return alone(pool, async (tx) => {
    const { rows } = await tx.query<{ id: string }>({
      text: 'SELECT id FROM service_accounts WHERE folder_id = $1 AND name = $2',
      values: [folderId, name],
    });
    const [existing] = rows;
    if (existing) return existing.id;
    await tx.query({
      text: 'INSERT INTO service_accounts (id, folder_id, name) VALUES ($1, $2, $3)',
      values: [create.id, folderId, name],
    });
    await tx.query({
      text: `INSERT INTO role_bindings (id, service_account_id, folder_id, role) VALUES ($1, $2, $3, 'admin')`,
      values: [bindingId, create.id, folderId],
    });
    return create.id;
  });
}

export interface SampleResources {
  readonly folderId: string;
  readonly registry: { readonly id: string; readonly name: string; readonly credentials: InitialCredentials };
  readonly device: { readonly id: string; readonly name: string; readonly credentials: InitialCredentials };
}

/** Was nothing ever created here? What was deleted again has left its operation. */
export async function isUntouched(db: Sql): Promise<boolean> {
  const { rows } = await db.query<{ untouched: boolean }>({
    text: 'SELECT NOT EXISTS (SELECT FROM registries) AND NOT EXISTS (SELECT FROM operations) AS untouched',
    values: [],
  });
  return rows[0]?.untouched ?? false;
}

/**
 * Creates a registry with a device if the database is untouched; answers whether it did. `keep` runs before the
 * commit: if it is never known to have ended, the database is still empty and the next start does all of it again.
 */
export async function createSample(
  pool: Pool,
  { folderId, registry, device }: SampleResources,
  keep: () => Promise<void>,
): Promise<boolean> {
  return alone(pool, async (tx) => {
    if (!(await isUntouched(tx))) return false;
    await tx.query({
      text: 'INSERT INTO registries (id, folder_id, name) VALUES ($1, $2, $3)',
      values: [registry.id, folderId, registry.name],
    });
    await addCredentials(tx, { kind: 'registry', id: registry.id }, registry.credentials);
    await tx.query({
      text: 'INSERT INTO devices (id, registry_id, folder_id, name) VALUES ($1, $2, $3, $4)',
      values: [device.id, registry.id, folderId, device.name],
    });
    await addCredentials(tx, { kind: 'device', id: device.id }, device.credentials);
    await keep();
    return true;
  });
}

async function alone<T>(pool: Pool, work: (tx: Sql) => Promise<T>): Promise<T> {
  return transaction(pool, async (tx) => {
    await tx.query({ text: 'SELECT pg_advisory_xact_lock($1::bigint)', values: [lockKey] });
    return work(tx);
  });
}
