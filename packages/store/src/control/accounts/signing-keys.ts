import type { Prisma, PrismaClient } from '../../generated/client.ts';

/** A key pair of the installation; `jwk` is the private key. */
export interface SigningKeyRow {
  readonly kid: string;
  readonly jwk: Prisma.JsonValue;
}

/** One that is to be stored. */
export interface NewSigningKey {
  readonly kid: string;
  readonly jwk: Prisma.InputJsonObject;
}

/** Any number, the same in every version. */
const lockKey = 7_113_420_915;

/**
 * The keys of the installation, oldest first. If there is none, stores the one that `create` makes: of several processes
 * that start at the same time, one does, and all get the same answer.
 */
export async function ensureSigningKeys(
  prisma: PrismaClient,
  create: () => Promise<NewSigningKey>,
): Promise<readonly SigningKeyRow[]> {
  const keys = await listSigningKeys(prisma);
  if (keys.length > 0) return keys;
  const created = await create();
  await prisma.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${lockKey}::bigint)`;
    if ((await tx.signingKey.count()) === 0) await tx.signingKey.create({ data: created });
  });
  return listSigningKeys(prisma);
}

async function listSigningKeys(prisma: PrismaClient): Promise<readonly SigningKeyRow[]> {
  return prisma.signingKey.findMany({
    orderBy: [{ createdAt: 'asc' }, { kid: 'asc' }],
    select: { kid: true, jwk: true },
  });
}
