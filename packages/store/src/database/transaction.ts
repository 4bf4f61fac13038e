import type { Pool } from 'pg';
import type { Sql } from './sql.ts';

/**
 * Does work in one transaction, over one connection: all of it or nothing. What it costs beside the work is BEGIN and COMMIT.
 * A statement in it may take 10 s, and as long may nothing happen between two (see connections.ts).
 */
export async function transaction<T>(pool: Pool, work: (tx: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // Between two statements nobody waits for the connection: its end would be an error that nobody catches.
  const onError = (error: Error) => {
    broken = error;
  };
  client.on('error', onError);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    // A transaction in which a statement failed unnoticed is rolled back by COMMIT, which says so and nothing else.
    const { command } = await client.query('COMMIT');
    if (command !== 'COMMIT') throw new Error(`a transaction ended in ${command}`);
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.off('error', onError);
    // A connection that has ended, or could not even be rolled back, is not used again.
    client.release(broken);
  }
}
