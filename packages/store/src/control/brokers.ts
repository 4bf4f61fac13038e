import type { Broker } from '../generated/client.ts';
import { addCredentials, type InitialCredentials } from './credentials.ts';
import { ascending, type Db, type Page, type PageRequest, toPage } from './db.ts';
import { MissingError } from './errors.ts';
import { type FolderQuotas, reserve } from './quotas.ts';
import { columnsOf, type TopLevelFields } from './top-level.ts';

export type BrokerRow = Broker;

/** What can be changed of a broker. */
export type BrokerFields = TopLevelFields;

export async function findBroker(db: Db, id: string): Promise<BrokerRow | undefined> {
  return (await db.broker.findUnique({ where: { id } })) ?? undefined;
}

export async function findBrokerByName(
  db: Db,
  folderId: string,
  name: string,
): Promise<BrokerRow | undefined> {
  return (await db.broker.findUnique({ where: { folderId_name: { folderId, name } } })) ?? undefined;
}

export async function listBrokers(db: Db, folderId: string, request: PageRequest): Promise<Page<BrokerRow>> {
  const { where, order, take } = ascending(request);
  const rows = await db.broker.findMany({ where: { folderId, ...where }, orderBy: order, take });
  return toPage(rows, request.limit, (row) => row.id);
}

/** Queries: one, and one each for certificates and password if there are any. */
export async function createBroker(
  tx: Db,
  { id, folderId, ...fields }: { readonly id: string; readonly folderId: string } & BrokerFields,
  credentials: InitialCredentials,
  quotas: FolderQuotas,
): Promise<BrokerRow> {
  await reserve(tx, 'brokers', folderId, quotas);
  const row = await tx.broker.create({ data: { id, folderId, ...columnsOf(fields) } });
  await addCredentials(tx, { kind: 'broker', id }, credentials);
  return row;
}

/** @throws MissingError if it is gone */
export async function updateBroker(tx: Db, id: string, fields: Partial<BrokerFields>): Promise<BrokerRow> {
  return tx.broker.update({ where: { id }, data: columnsOf(fields) });
}

/** Deletes a broker with its credentials. @throws MissingError if it is gone */
export async function deleteBroker(tx: Db, id: string): Promise<void> {
  const { count } = await tx.broker.deleteMany({ where: { id } });
  if (count === 0) throw new MissingError('Broker');
}
