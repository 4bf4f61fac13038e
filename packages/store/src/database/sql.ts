import type { Prisma } from '../generated/client.ts';

/** Runs SQL: a pool, a connection within a transaction, or a transaction of Prisma's (`sqlOf`). */
export interface Sql {
  query<Row>(
    text: string,
    values: unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;
}

/** The transaction of a Prisma client. */
export function sqlOf(tx: Prisma.TransactionClient): Sql {
  return {
    async query<Row>(text: string, values: unknown[]) {
      const rows = await tx.$queryRawUnsafe<Row[]>(text, ...values);
      return { rows, rowCount: rows.length };
    },
  };
}
