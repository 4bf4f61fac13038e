/**
 * Connections to Postgres whose errors are translated. This is the one place where "the database is away" is
 * recognised: Prisma, the hot queries of the data plane and the change feed all run over these classes.
 */
import pg from 'pg';
import { translateDatabaseError } from './errors.ts';
import { typeParsers } from './type-parsers.ts';

/** Time limits of one connection, in ms. */
export const connectTimeoutMs = 5000;
/** The server gives a statement up after this long. */
const statementTimeoutMs = 10_000;
/** We give a statement up after this long: the server may be frozen or the network gone. */
const queryTimeoutMs = 15_000;
/** A lock that is not granted by then is held by a long transaction. */
const lockTimeoutMs = 5000;
/** A transaction in which nothing happens any more: its process hangs or is gone. */
const idleInTransactionTimeoutMs = 10_000;

export function connectionConfig(url: string, applicationName: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: queryTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
    keepAlive: true,
    types: typeParsers,
  };
}

type AnyFunction = (...args: unknown[]) => unknown;

function translated(result: unknown): unknown {
  if (!(result instanceof Promise)) return result;
  return result.catch((error: unknown) => {
    throw translateDatabaseError(error);
  });
}

export class Connection extends pg.Client {
  override connect: pg.Client['connect'] = ((...args: unknown[]) =>
    translated((super.connect as AnyFunction)(...args))) as pg.Client['connect'];

  /** The overloads of the base class, unchanged; called back instead of promised, errors stay as they are. */
  override query: pg.Client['query'] = ((...query: unknown[]) => {
    const result = (super.query as AnyFunction)(...query);
    if (!(result instanceof Promise)) return result;
    return translated(result.catch((error: unknown) => this.#abandonIfLate(error)));
  }) as pg.Client['query'];

  /** An answer that is late could be taken for the next one's, and a pool would hand the connection out again. */
  #abandonIfLate(error: unknown): never {
    if (error instanceof Error && error.message === 'Query read timeout') void this.end();
    throw error;
  }
}

export class ConnectionPool extends pg.Pool {
  constructor(config: pg.PoolConfig) {
    super({ ...config, Client: Connection });
  }

  override connect: pg.Pool['connect'] = ((...args: unknown[]) =>
    translated((super.connect as AnyFunction)(...args))) as pg.Pool['connect'];

  override query: pg.Pool['query'] = ((...args: unknown[]) =>
    translated((super.query as AnyFunction)(...args))) as pg.Pool['query'];
}
