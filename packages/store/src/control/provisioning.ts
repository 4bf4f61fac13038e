/** What a new installation begins with. Several processes may do this at the same time. */
import type { PrismaClient } from '../generated/client.ts';
import { addCredentials, type InitialCredentials } from './credentials.ts';
import type { Db } from './db.ts';

/** Any number, the same in every version. */
const lockKey = 7_113_420_916;

export interface AdminAccount {
  readonly id: string;
  readonly folderId: string;
  readonly name: string;
}

/** The account with that name, with the role `admin` on every folder; `create` is stored if there is none. */
export async function ensureAdminAccount(
  prisma: PrismaClient,
  create: AdminAccount,
  bindingId: string,
): Promise<string> {
  const { folderId, name } = create;
  return alone(prisma, async (tx) => {
    const where = { folderId_name: { folderId, name } };
    const existing = await tx.serviceAccount.findUnique({ where, select: { id: true } });
    if (existing) return existing.id;
    await tx.serviceAccount.create({
      data: { ...create, roleBindings: { create: { id: bindingId, folderId, role: 'admin' } } },
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
export async function isUntouched(db: Db): Promise<boolean> {
  return (await db.registry.count({ take: 1 })) === 0 && (await db.operation.count({ take: 1 })) === 0;
}

/**
 * Creates a registry with a device if the database is untouched; answers whether it did. `keep` runs before the
 * commit: if it is never known to have ended, the database is still empty and the next start does all of it again.
 */
export async function createSample(
  prisma: PrismaClient,
  { folderId, registry, device }: SampleResources,
  keep: () => Promise<void>,
): Promise<boolean> {
  return alone(prisma, async (tx) => {
    if (!(await isUntouched(tx))) return false;
    await tx.registry.create({ data: { id: registry.id, folderId, name: registry.name } });
    await addCredentials(tx, { kind: 'registry', id: registry.id }, registry.credentials);
    await tx.device.create({ data: { id: device.id, registryId: registry.id, folderId, name: device.name } });
    await addCredentials(tx, { kind: 'device', id: device.id }, device.credentials);
    await keep();
    return true;
  });
}

async function alone<T>(prisma: PrismaClient, work: (tx: Db) => Promise<T>): Promise<T> {
  return prisma.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${lockKey}::bigint)`;
    return work(tx);
  });
}
