import type { Registry } from '../generated/client.ts';
import type { RegistryStatus } from '../generated/enums.ts';
import { addCredentials, type InitialCredentials } from './credentials.ts';
import { ascending, type Db, type Page, type PageRequest, toPage } from './db.ts';
import { MissingError, NotEmptyError, translateConstraint } from './errors.ts';
import { type FolderQuotas, reserve } from './quotas.ts';
import { columnsOf, type TopLevelFields } from './top-level.ts';

export type RegistryRow = Registry;

/** What can be changed of a registry. */
export type RegistryFields = TopLevelFields;

export async function findRegistry(db: Db, id: string): Promise<RegistryRow | undefined> {
  return (await db.registry.findUnique({ where: { id } })) ?? undefined;
}

export async function findRegistryByName(
  db: Db,
  folderId: string,
  name: string,
): Promise<RegistryRow | undefined> {
  return (await db.registry.findUnique({ where: { folderId_name: { folderId, name } } })) ?? undefined;
}

export async function listRegistries(
  db: Db,
  folderId: string,
  request: PageRequest,
): Promise<Page<RegistryRow>> {
  const { where, order, take } = ascending(request);
  const rows = await db.registry.findMany({ where: { folderId, ...where }, orderBy: order, take });
  return toPage(rows, request.limit, (row) => row.id);
}

/** Queries: one, and one each for certificates and password if there are any. */
export async function createRegistry(
  tx: Db,
  { id, folderId, ...fields }: { readonly id: string; readonly folderId: string } & RegistryFields,
  credentials: InitialCredentials,
  quotas: FolderQuotas,
): Promise<RegistryRow> {
  await reserve(tx, 'registries', folderId, quotas);
  const row = await tx.registry.create({ data: { id, folderId, ...columnsOf(fields) } });
  await addCredentials(tx, { kind: 'registry', id }, credentials);
  return row;
}

/** @throws MissingError if it is gone */
export async function updateRegistry(
  tx: Db,
  id: string,
  fields: Partial<RegistryFields>,
): Promise<RegistryRow> {
  return tx.registry.update({ where: { id }, data: columnsOf(fields) });
}

/** @throws MissingError if it is gone */
export async function setRegistryStatus(tx: Db, id: string, status: RegistryStatus): Promise<RegistryRow> {
  return tx.registry.update({ where: { id }, data: { status } });
}

/**
 * Deletes a registry with its credentials and retained messages. That it is empty is decided by the foreign key of the
 * devices, so a device that is created at the same moment either comes first or finds no registry.
 *
 * @throws NotEmptyError, MissingError if it is gone
 */
export async function deleteRegistry(tx: Db, id: string): Promise<void> {
  try {
    const { count } = await tx.registry.deleteMany({ where: { id } });
    if (count === 0) throw new MissingError('Registry');
  } catch (error) {
    const meant = translateConstraint(error);
    if (meant !== error) throw new NotEmptyError('devices', { cause: error });
    throw error;
  }
}
