import type { Queryable } from './queryable.ts';

/** Says that this node lives and where the API reaches it; to be repeated well within the lease. */
export async function renewNode(db: Queryable, node: { id: string; url: string }): Promise<void> {
  await db.query(
    `INSERT INTO data_plane_nodes (id, url) VALUES ($1, $2)
     ON CONFLICT (id) DO UPDATE SET url = excluded.url, seen_at = now()`,
    [node.id, node.url],
  );
}

/** Takes this node off the list, and with it those that died without doing so a day ago or more. */
export async function removeNode(db: Queryable, id: string): Promise<void> {
  await db.query(`DELETE FROM data_plane_nodes WHERE id = $1 OR seen_at < now() - interval '1 day'`, [id]);
}
