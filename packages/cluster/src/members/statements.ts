import type { NodeRow } from './node-row.ts';

/** What membership asks of the database. Each may reject, or reject though it was done, or take its time. */
export interface MemberStatements {
  /** Adds a row in the state `joining`, and commits. */
  join(incarnation: string): Promise<void>;
  /** Counts a renewal, and answers all rows. Undefined: refused, since the row is not joining or member. */
  renew(incarnation: string, misses: readonly string[]): Promise<readonly NodeRow[] | undefined>;
  /** Makes a joining row a member, if exactly these others are joining or members. */
  promote(incarnation: string, others: readonly string[]): Promise<boolean>;
  /** Condemns the nodes that `decide` picks from the rows. No other node changes the rows meanwhile. */
  condemn(incarnation: string, decide: (rows: readonly NodeRow[]) => readonly string[]): Promise<void>;
  end(incarnation: string): Promise<void>;
}
