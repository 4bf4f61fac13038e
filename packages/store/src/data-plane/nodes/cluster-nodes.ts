/**
 * The rows of the nodes of a cluster: they alone say which nodes are members. Statements are made so that each can be repeated,
 * and so that what a node believes of itself is checked in the statement that rests on it.
 */
import type { Pool } from 'pg';
import { transaction } from '../../database/transaction.ts';
import type { Queryable } from '../queryable.ts';

export interface ClusterNodeRow {
  readonly incarnation: string;
  readonly number: number;
  readonly state: 'joining' | 'member' | 'condemned' | 'ended';
  readonly renewals: number;
  readonly misses: readonly string[];
}

/** A row with the process that it is about. */
export interface ClusterProcessRow extends ClusterNodeRow {
  readonly nodeId: string;
  readonly place: string;
}

interface DatabaseRow {
  readonly incarnation: string;
  readonly number: string;
  readonly state: ClusterNodeRow['state'];
  readonly renewals: string;
  readonly misses: string[];
  readonly node_id: string;
  readonly place: string;
}

const columns = 'incarnation, number, state, renewals, misses, node_id, place';
/** An observer that is silent for so long loses the lock: a frozen one would hold up the renewals of all. */
const lockIdleMs = 2_000;
/** Rows of incarnations that ended, or were condemned and never heard of again, so long ago are removed. */
const keptFor = '1 day';

export async function addClusterNode(
  db: Queryable,
  node: { incarnation: string; nodeId: string; place: string },
): Promise<void> {
  await db.query('INSERT INTO cluster_nodes (incarnation, node_id, place) VALUES ($1, $2, $3)', [
    node.incarnation,
    node.nodeId,
    node.place,
  ]);
}

/** Counts a renewal and answers all rows; undefined if this one is not joining or member. */
export async function renewClusterNode(
  db: Queryable,
  incarnation: string,
  misses: readonly string[],
): Promise<readonly ClusterProcessRow[] | undefined> {
  const { rows } = await db.query<DatabaseRow>(
    `WITH renewed AS (
       UPDATE cluster_nodes SET renewals = renewals + 1, misses = $2, changed_at = now(), renewed_at = now()
       WHERE incarnation = $1 AND state IN ('joining', 'member')
       RETURNING ${columns}
     )
     SELECT ${columns} FROM renewed
     UNION ALL
     SELECT ${columns} FROM cluster_nodes WHERE incarnation <> $1 AND EXISTS (SELECT FROM renewed)`,
    [incarnation, misses],
  );
  return rows.length > 0 ? rows.map(toRow) : undefined;
}

export async function listClusterNodes(db: Queryable): Promise<readonly ClusterProcessRow[]> {
  const { rows } = await db.query<DatabaseRow>(`SELECT ${columns} FROM cluster_nodes`);
  return rows.map(toRow);
}

/** Makes a joining row a member, if exactly these others are joining or members. */
export function promoteClusterNode(
  pool: Pool,
  incarnation: string,
  others: readonly string[],
): Promise<boolean> {
  return underLock(pool, async (query) => {
    const { rows: living } = await query<{ incarnation: string; state: string }>(
      `SELECT incarnation, state FROM cluster_nodes WHERE state IN ('joining', 'member')`,
    );
    const own = living.find((row) => row.incarnation === incarnation);
    const rest = living.filter((row) => row !== own).map((row) => row.incarnation);
    const isSame = rest.length === others.length && rest.every((one) => others.includes(one));
    if (own?.state !== 'joining' || !isSame) return false;
    await query(`UPDATE cluster_nodes SET state = 'member', changed_at = now() WHERE incarnation = $1`, [
      incarnation,
    ]);
    return true;
  });
}

/** Condemns what `decide` answers of the rows as they are, if the observer is joining or a member itself. */
export function condemnClusterNodes(
  pool: Pool,
  observer: string,
  decide: (rows: readonly ClusterNodeRow[]) => readonly string[],
): Promise<void> {
  return underLock(pool, async (query) => {
    const { rows } = await query<DatabaseRow>(`SELECT ${columns} FROM cluster_nodes`);
    const all = rows.map(toRow);
    const isAlive = all.some(
      ({ incarnation, state }) => incarnation === observer && (state === 'joining' || state === 'member'),
    );
    const doomed = isAlive ? decide(all) : [];
    if (doomed.length === 0) return;
    await query(
      `UPDATE cluster_nodes SET state = 'condemned', changed_at = now()
       WHERE incarnation = ANY($1) AND state IN ('joining', 'member')`,
      [doomed],
    );
  });
}

/** Written by a node once its sessions are closed, or by another that has seen the end of its process. */
export async function endClusterNodes(db: Queryable, incarnations: readonly string[]): Promise<void> {
  await db.query(
    `WITH old AS (
       DELETE FROM cluster_nodes
       WHERE state IN ('condemned', 'ended') AND changed_at < now() - interval '${keptFor}' AND incarnation <> ALL($1)
     )
     UPDATE cluster_nodes SET state = 'ended', changed_at = now() WHERE incarnation = ANY($1) AND state <> 'ended'`,
    [incarnations],
  );
}

type Query = <Row>(text: string, values?: unknown[]) => Promise<{ readonly rows: readonly Row[] }>;

/** Renewals wait meanwhile, so it is short; an observer that freezes in it loses it. */
function underLock<T>(pool: Pool, work: (query: Query) => Promise<T>): Promise<T> {
  return transaction(pool, async (tx) => {
    const query: Query = (text, values = []) => tx.query({ text, values });
    await query(`SET LOCAL idle_in_transaction_session_timeout = ${lockIdleMs}`);
    await query('LOCK TABLE cluster_nodes IN SHARE ROW EXCLUSIVE MODE');
    return work(query);
  });
}

function toRow(row: DatabaseRow): ClusterProcessRow {
  const { incarnation, state, misses, place } = row;
  const number = Number(row.number);
  return { incarnation, number, state, renewals: Number(row.renewals), misses, nodeId: row.node_id, place };
}
