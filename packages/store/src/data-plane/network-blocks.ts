import type { Queryable } from './queryable.ts';

export interface NetworkBlock {
  /** In CIDR form. */
  readonly network: string;
  readonly endsAt: Date;
}

/** The address ranges that may not connect, those that have ended long ago among them. */
export async function readNetworkBlocks(db: Queryable): Promise<readonly NetworkBlock[]> {
  const { rows } = await db.query<NetworkBlock>('SELECT network, ends_at AS "endsAt" FROM network_blocks');
  return rows;
}
