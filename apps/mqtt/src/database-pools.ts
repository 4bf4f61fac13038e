/**
 * The connections to Postgres, by what they are for: none of it takes those of another. A thousand clients that read stored
 * messages, or a registry whose rows are locked, hold up no login.
 */
import { openPool, type PoolOptions } from '@iotcore/store';
import type { Queryable } from '@iotcore/store/data-plane';

export interface DatabasePools {
  /** Logins, rights, and what is written in small batches now and then. */
  readonly lookups: Queryable;
  /** Messages on permanent topics. */
  readonly storing: Queryable;
  /** Retained messages for new subscriptions. */
  readonly reading: Queryable;
}

/** How many connections each has, of so many in all; at least 2. With less than 4, storing and reading share one. */
export function shareConnections(all: number): Readonly<Record<keyof DatabasePools, number>> {
  if (all < 4) return { lookups: all - 1, storing: 1, reading: 0 };
  const reading = Math.max(1, Math.floor(all / 5));
  const storing = Math.max(1, Math.floor((3 * all) / 10));
  return { lookups: all - storing - reading, storing, reading };
}

/** Opens no connection yet; the first query does. */
export function openDatabasePools(
  url: string,
  all: number,
  options: Omit<PoolOptions, 'poolSize'>,
): { readonly pools: DatabasePools; close(): Promise<void> } {
  const sizes = shareConnections(all);
  const open = (what: keyof DatabasePools) =>
    openPool(url, {
      ...options,
      poolSize: sizes[what],
      applicationName: `${options.applicationName} ${what}`,
    });
  const lookups = open('lookups');
  const storing = open('storing');
  const reading = sizes.reading > 0 ? open('reading') : storing;
  return {
    pools: { lookups, storing, reading },
    close: async () => {
      await Promise.all([...new Set([lookups, storing, reading])].map((pool) => pool.end()));
    },
  };
}
