import { setTimeout as sleep } from 'node:timers/promises';
import type { MemberStatements } from '@iotcore/cluster';
import type { openPool } from '@iotcore/store';
import {
  addClusterNode,
  type ClusterProcessRow,
  condemnClusterNodes,
  endClusterNodes,
  promoteClusterNode,
  renewClusterNode,
} from '@iotcore/store/data-plane';

export interface MemberStatementsParts {
  readonly pool: ReturnType<typeof openPool>;
  readonly nodeId: string;
  /** Of this process: see `processPlace`. */
  readonly place: string;
  /** Has the process ended for certain? */
  hasEnded(place: string): boolean;
}

/** What takes longer is given up, and what it did is found out by the next renewal, in ms. */
const patienceMs = 3_000;

/** The statements of membership over Postgres. A node that sees that a process of its own machine has ended writes that down. */
export function createMemberStatements({
  pool,
  nodeId,
  place,
  hasEnded,
}: MemberStatementsParts): MemberStatements {
  const endTheDead = async (rows: readonly ClusterProcessRow[]): Promise<readonly ClusterProcessRow[]> => {
    const dead = rows.filter((row) => row.state !== 'ended' && row.place !== place && hasEnded(row.place));
    if (dead.length === 0) return rows;
    await endClusterNodes(
      pool,
      dead.map(({ incarnation }) => incarnation),
    );
    return rows.map((row) => (dead.includes(row) ? { ...row, state: 'ended' } : row));
  };
  return {
    join: (incarnation) => inTime(addClusterNode(pool, { incarnation, nodeId, place })),
    async renew(incarnation, misses) {
      const rows = await inTime(renewClusterNode(pool, incarnation, misses));
      return rows && inTime(endTheDead(rows));
    },
    promote: (incarnation, others) => inTime(promoteClusterNode(pool, incarnation, others)),
    condemn: (incarnation, decide) => inTime(condemnClusterNodes(pool, incarnation, decide)),
    end: (incarnation) => inTime(endClusterNodes(pool, [incarnation])),
  };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = new AbortController();
  const tooLate = sleep(patienceMs, undefined, { signal: late.signal, ref: false }).then(() => {
    throw new Error('the database did not answer in time');
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    late.abort();
    tooLate.catch(() => {});
    work.catch(() => {});
  }
}
