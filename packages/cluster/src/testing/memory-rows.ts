import { isAlive, type NodeRow, type NodeState } from '../members/node-row.ts';
import type { MemberStatements } from '../members/statements.ts';

/** The rows of the nodes in memory, for tests that are not about the database. */
export class MemoryRows {
  readonly #rows = new Map<string, NodeRow>();
  #lastNumber = 0;

  get size(): number {
    return this.#rows.size;
  }

  stateOf(incarnation: string): NodeState | undefined {
    return this.#rows.get(incarnation)?.state;
  }

  statements(): MemberStatements {
    const change = (incarnation: string, to: Partial<NodeRow>) => {
      const row = this.#rows.get(incarnation);
      if (row) this.#rows.set(incarnation, { ...row, ...to });
    };
    const isLiving = (incarnation: string) => {
      const row = this.#rows.get(incarnation);
      return row !== undefined && isAlive(row);
    };
    return {
      join: async (incarnation) => {
        const number = ++this.#lastNumber;
        this.#rows.set(incarnation, { incarnation, number, state: 'joining', renewals: 0, misses: [] });
      },
      renew: async (incarnation, misses) => {
        if (!isLiving(incarnation)) return undefined;
        change(incarnation, { renewals: (this.#rows.get(incarnation)?.renewals ?? 0) + 1, misses });
        return [...this.#rows.values()];
      },
      promote: async (incarnation, others) => {
        const living = [...this.#rows.keys()].filter((one) => one !== incarnation && isLiving(one));
        if (living.length !== others.length || !living.every((one) => others.includes(one))) return false;
        change(incarnation, { state: 'member' });
        return true;
      },
      condemn: async (_incarnation, decide) => {
        for (const doomed of decide([...this.#rows.values()])) change(doomed, { state: 'condemned' });
      },
      end: async (incarnation) => change(incarnation, { state: 'ended' }),
    };
  }
}
