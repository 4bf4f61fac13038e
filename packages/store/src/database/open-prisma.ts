import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../generated/client.ts';
import { connectTimeoutMs } from './connections.ts';
import { type Database, type DatabaseOptions, openDatabase } from './open-database.ts';

/** A database that is asked in Prisma's words, too. It stays in this package. */
export interface PrismaDatabase extends Database {
  readonly prisma: PrismaClient;
}

/** A Prisma transaction waits this long for a connection (the pool gives up earlier), and may take this long in all, in ms. */
const transactionLimitsMs = { maxWait: 2 * connectTimeoutMs, timeout: 10_000 };

/** Opens no connection yet; the first query does. */
export function openPrisma(url: string, options: DatabaseOptions): PrismaDatabase {
  const database = openDatabase(url, options);
  const adapter = new PrismaPg(database.pool);
  const prisma = new PrismaClient({ adapter, transactionOptions: transactionLimitsMs });
  return {
    prisma,
    pool: database.pool,
    async close() {
      await prisma.$disconnect();
      await database.close();
    },
  };
}
