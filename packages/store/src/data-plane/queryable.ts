import type { Pool } from 'pg';

/**
 * What these queries run on. They bypass Prisma: a login or a batch of messages must cost one round trip, and most of
 * them take many keys at once.
 */
export type Queryable = Pick<Pool, 'query'>;

/** Does the database answer? */
export async function ping(db: Queryable): Promise<void> {
  await db.query('SELECT 1');
}
