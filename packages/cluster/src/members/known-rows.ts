/** The rows as this node has last heard of them, from the database or from others, and when each was last seen to live. */
import { isAlive, type NodeRow, nodeStates } from './node-row.ts';

export interface KnownRow {
  readonly row: NodeRow;
  /** When a count of renewals was new to me, or a frame was accepted, by my clock. */
  lastSignMs: number;
  /** When the count of renewals was last new to me. */
  readonly renewedMs: number;
  /** When I first heard that it is not alive any more. */
  readonly endedMs: number | undefined;
}

export class KnownRows {
  /** Changes with the rows. */
  revision = 0;
  readonly #rows = new Map<string, KnownRow>();

  get(incarnation: string): KnownRow | undefined {
    return this.#rows.get(incarnation);
  }

  get rows(): readonly NodeRow[] {
    return [...this.#rows.values()].map(({ row }) => row);
  }

  *[Symbol.iterator](): IterableIterator<KnownRow> {
    yield* this.#rows.values();
  }

  /** States and counts only go forwards, in whatever order rows are heard of. `countsAsSign`: see the rules. */
  merge(rows: readonly NodeRow[], nowMs: number, countsAsSign = true): void {
    this.revision++;
    for (const row of rows) {
      const known = this.#rows.get(row.incarnation);
      if (!known) {
        const endedMs = isAlive(row) ? undefined : nowMs;
        this.#rows.set(row.incarnation, { row, lastSignMs: nowMs, renewedMs: nowMs, endedMs });
        continue;
      }
      const isNewer = row.renewals > known.row.renewals;
      const state =
        nodeStates.indexOf(row.state) > nodeStates.indexOf(known.row.state) ? row.state : known.row.state;
      const merged = { ...(isNewer ? row : known.row), state };
      this.#rows.set(row.incarnation, {
        row: merged,
        lastSignMs: isNewer && countsAsSign ? nowMs : known.lastSignMs,
        renewedMs: isNewer ? nowMs : known.renewedMs,
        endedMs: known.endedMs ?? (isAlive(merged) ? undefined : nowMs),
      });
    }
  }

  /** Rows that the database does not have any more are forgotten: they ended long ago. */
  keepOnly(rows: readonly NodeRow[]): void {
    this.revision++;
    const there = new Set(rows.map(({ incarnation }) => incarnation));
    for (const [incarnation, { row }] of this.#rows)
      if (!isAlive(row) && !there.has(incarnation)) this.#rows.delete(incarnation);
  }

  heardFrom(incarnation: string, nowMs: number): void {
    const known = this.#rows.get(incarnation);
    if (known) known.lastSignMs = nowMs;
  }
}
