import type { ClientBase } from 'pg';
import { Connection, connectionConfig } from '../database/connections.ts';

/** All that it reads is of one instant. */
export const snapshot = 'ISOLATION LEVEL REPEATABLE READ READ ONLY';
/** It sees what others committed until it locked its tables. */
export const changes = 'ISOLATION LEVEL READ COMMITTED READ WRITE';

/**
 * Does the work over a connection of its own, in one transaction: all of it or nothing. It may take as long as it takes,
 * and writes values in forms that do not depend on the settings of the server.
 */
export async function inOneTransaction<T>(
  url: string,
  mode: typeof snapshot | typeof changes,
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  const client = new Connection({
    ...connectionConfig(url, 'iotcore backup'),
    statement_timeout: false,
    query_timeout: 0,
    idle_in_transaction_session_timeout: 0,
  });
  // The query that is under way fails with it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(`BEGIN ${mode}`);
    await client.query(
      `SET LOCAL DateStyle = 'ISO'; SET LOCAL TimeZone = 'UTC'; SET LOCAL IntervalStyle = 'postgres';
       SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1`,
    );
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } finally {
    await client.end();
  }
}
