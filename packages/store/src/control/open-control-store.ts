import type { Pool } from 'pg';
import { findIdConflicts, type IdConflict } from '../database/id-conflicts.ts';
import type { DatabaseOptions } from '../database/open-database.ts';
import { openPrisma } from '../database/open-prisma.ts';
import { ControlStore } from './store.ts';

export interface OpenControlStore {
  readonly store: ControlStore;
  /** Its connections to the database, for metrics. */
  readonly connections: Pick<Pool, 'query'> & {
    readonly totalCount: number;
    readonly idleCount: number;
    /** Queries that wait for a connection. */
    readonly waitingCount: number;
  };
  /** Does the database answer? Rejects with DatabaseUnavailableError if it does not. */
  ping(): Promise<void>;
  /** IDs that two resources had before one was enough: neither lets anybody in until an operator decides. */
  findIdConflicts(): Promise<readonly IdConflict[]>;
  close(): Promise<void>;
}

/** Opens no connection yet; the first query does. */
export function openControlStore(
  url: string,
  { now, ...options }: DatabaseOptions & { now(): Date },
): OpenControlStore {
  const database = openPrisma(url, options);
  return {
    store: new ControlStore(database, now),
    connections: database.pool,
    async ping() {
      await database.pool.query('SELECT 1');
    },
    findIdConflicts: () => findIdConflicts(database.pool),
    close: () => database.close(),
  };
}
