import type { Db } from './db.ts';

export interface DataPlaneNode {
  readonly id: string;
  /** Base of its internal API, such as `http://127.0.0.1:9464`. */
  readonly url: string;
  /** It hands messages to the other nodes of its cluster by itself. */
  readonly inCluster: boolean;
}

/** A node that has not said for this long that it lives is gone, in seconds. */
const leaseSeconds = 15;

/** A query of the IDs of the nodes that live, for use in another. */
export const liveNodes = `SELECT id FROM data_plane_nodes WHERE seen_at > now() - make_interval(secs => ${leaseSeconds})`;

/** The nodes that live. The age is checked by the database's clock, which all nodes write. */
export async function listLiveNodes(db: Db): Promise<readonly DataPlaneNode[]> {
  return db.$queryRaw<DataPlaneNode[]>`
    SELECT id, url, in_cluster AS "inCluster" FROM data_plane_nodes WHERE seen_at > now() - make_interval(secs => ${leaseSeconds}) ORDER BY id`;
}
