import type { Queryable } from '../queryable.ts';

export interface RunningNode {
  readonly id: string;
  /** Where the API reaches it. */
  readonly url: string;
  /** It hands messages to the other nodes of its cluster by itself. */
  readonly inCluster?: boolean;
  /** Of its process: tells others on its machine whether it still runs. */
  readonly place?: string;
}

/** A node that the list holds; versions that knew no clusters say nothing of their place. */
export interface ListedNode {
  readonly id: string;
  readonly url: string;
  readonly inCluster: boolean;
  readonly place: string | undefined;
  /** When it last said that it lives, in words that only change when it does so again. */
  readonly seen: string;
}

/** Says that this node lives and where the API reaches it; to be repeated well within the lease. */
export async function renewNode(db: Queryable, { id, url, inCluster, place }: RunningNode): Promise<void> {
  await db.query(
    `INSERT INTO data_plane_nodes (id, url, in_cluster, place) VALUES ($1, $2, $3, $4)
     ON CONFLICT (id) DO UPDATE SET url = excluded.url, seen_at = now()`,
    [id, url, inCluster ?? false, place ?? null],
  );
}

/** Takes these nodes off the list, and with them those that died without doing so a day ago or more. */
export async function removeNodes(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query(`DELETE FROM data_plane_nodes WHERE id = ANY($1) OR seen_at < now() - interval '1 day'`, [
    ids,
  ]);
}

/** The nodes that were there before this one, and whose lease (15 s, as the API sees it) has not passed. */
export async function listEarlierNodes(db: Queryable, id: string): Promise<readonly ListedNode[]> {
  const { rows } = await db.query<{
    id: string;
    url: string;
    in_cluster: boolean;
    place: string | null;
    seen: string;
  }>(
    `SELECT other.id, other.url, other.in_cluster, other.place, other.seen_at::text AS seen
     FROM data_plane_nodes AS other, data_plane_nodes AS own
     WHERE own.id = $1 AND other.id <> $1 AND other.seen_at > now() - interval '15 seconds'
       AND (other.started_at, other.id) < (own.started_at, own.id)`,
    [id],
  );
  return rows.map((row) => ({
    id: row.id,
    url: row.url,
    inCluster: row.in_cluster,
    place: row.place ?? undefined,
    seen: row.seen,
  }));
}
