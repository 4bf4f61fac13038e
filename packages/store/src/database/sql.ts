import type { Prisma } from '../generated/client.ts';

export interface Statement {
  /** With a name, each connection parses and plans it once. */
  readonly name?: string;
  readonly text: string;
  readonly values: unknown[];
}

/** Runs SQL: a pool, a connection within a transaction, or a transaction of Prisma's (`sqlOf`). */
export interface Sql {
  query<Row>(statement: Statement): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;
}

/** A statement of the hot paths, to be given its values. `name` must be its own in all of the store. */
export function prepare(name: string, text: string): (...values: unknown[]) => Statement {
  return (...values) => ({ name, text, values });
}

/** The transaction of a Prisma client. */
export function sqlOf(tx: Prisma.TransactionClient): Sql {
  return {
    async query<Row>({ text, values }: Statement) {
      const rows = await tx.$queryRawUnsafe<Row[]>(text, ...values);
      return { rows, rowCount: rows.length };
    },
  };
}
