import type { Prisma } from '../generated/client.ts';

/** What queries in Prisma's words run on: the database itself, or a transaction. */
export type Db = Prisma.TransactionClient;

/** A piece of a list, and the key to go on after, if there is more. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | undefined;
}

/** A piece of a list that can be read in both directions. */
export interface TwoWayPage<Row> extends Page<Row> {
  /** The key to go back from, if there is something before. */
  readonly previous: string | undefined;
}

/** Where a page begins and how many rows it has at most. */
export interface PageRequest {
  /** The key of the last row of the page before; undefined on the first page. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** Makes a page of rows that were asked for with `limit + 1`: the row too many tells that there is more. */
export function toPage<Row>(rows: readonly Row[], limit: number, keyOf: (row: Row) => string): Page<Row> {
  if (rows.length <= limit) return { rows, next: undefined };
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: last && keyOf(last) };
}
