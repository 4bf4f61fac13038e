import type { ClientBase, Pool, PoolConfig } from 'pg';
import type { Log } from '../log.ts';
import { ConnectionPool, connectionConfig } from './connections.ts';

export interface DatabaseOptions {
  readonly logger: Log;
  /** Connections at most. Default 10. */
  readonly poolSize?: number;
  /** Shown by Postgres in `pg_stat_activity`. */
  readonly applicationName?: string;
}

export interface PoolOptions extends DatabaseOptions {
  readonly poolSize: number;
  readonly applicationName: string;
}

/** Queries reject with `DatabaseUnavailableError` while the database is away, and work again once it is back. */
export interface Database {
  readonly pool: Pool;
  close(): Promise<void>;
}

/** Unused connections are closed after this long, in ms. */
const idleTimeoutMs = 60_000;
/** A connection is replaced after this long, in seconds, so that a failover behind a name is noticed by all of them. */
const maxLifetimeSeconds = 3600;

/** Opens no connection yet; the first query does. */
export function openDatabase(url: string, options: DatabaseOptions): Database {
  const { logger, poolSize = 10, applicationName = 'iotcore' } = options;
  const pool = openPool(url, { logger, poolSize, applicationName });
  return { pool, close: () => pool.end() };
}

/** Connections alone. Opens none yet; queries reject with `DatabaseUnavailableError` while the database is away. */
export function openPool(url: string, { logger, poolSize, applicationName }: PoolOptions): Pool {
  const pool = new ConnectionPool({
    ...connectionConfig(url, applicationName),
    max: poolSize,
    idleTimeoutMillis: idleTimeoutMs,
    maxLifetimeSeconds,
    onConnect: makeDurable as NonNullable<PoolConfig['onConnect']>,
  });
  pool.on('error', (error) => logger.warn({ err: error }, 'lost an idle database connection'));
  return pool;
}

/** What is answered with success must survive a crash, whatever the server's default; stronger settings are kept. */
async function makeDurable(client: ClientBase): Promise<void> {
  await client.query(
    `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`,
  );
}
