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

/** Texts of `together`, by the names of both: as many as there are such pairs in the code. */
const combined = new Map<string, string>();

/** Two prepared statements as one, in one round trip: the second begins with WITH, and the first becomes a part of it. */
export function together(first: Statement, second: Statement): Statement {
  if (!first.name || !second.name) throw new TypeError('only prepared statements are combined');
  const name = `${first.name}+${second.name}`;
  const text = combined.get(name) ?? combine(first.text, second);
  combined.set(name, text);
  return { name, text, values: [...second.values, ...first.values] };
}

function combine(first: string, { text, values }: Statement): string {
  const renumbered = first.replaceAll(/\$(\d+)/g, (_, n) => `$${Number(n) + values.length}`);
  return text.replace(/^\s*WITH\s/, `WITH deferred AS (${renumbered}), `);
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
