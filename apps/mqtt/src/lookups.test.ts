import { grantFilter, type Principal } from '@iotcore/model';
import type { Queryable } from '@iotcore/store/data-plane';
import { expect, test } from 'vitest';
import { RecentChanges } from './caching/recent-changes.ts';
import { DeviceDirectory } from './directory/device-directory.ts';
import { findDevices } from './directory/device-finder.ts';
import { createLookups } from './lookups.ts';
import { grant } from './rights/rights.ts';
import { Tenants } from './tenants/tenants.ts';
import { wideLimits } from './tenants/testing/tenant-limits.ts';

const registry: Principal = { kind: 'registry', id: 'r1' };

/** Rights over a database without aliases, which counts what it is asked. */
function setUp(maxPendingLookups: number) {
  const sizes: number[] = [];
  const pool = {
    async query(_sql: string, [registryIds]: readonly [readonly string[]]) {
      sizes.push(registryIds.length);
      return { rows: [] };
    },
  } as unknown as Queryable;
  const lookups = createLookups(pool);
  const directory = new DeviceDirectory(new RecentChanges(), lookups.device);
  const tenants = new Tenants({ ...wideLimits, maxPendingLookups }, () => {});
  const parts = { directory, findAliasOwners: lookups.aliasOwners };
  const rights = {
    findDevices: (lookup: Parameters<typeof findDevices>[1], principal: Principal) =>
      findDevices(parts, lookup, tenants.of(principal)),
    exports: { basis: { stale: false }, tapsOf: () => ({ taps: undefined, isShared: true }) },
    readRetained: () => {
      throw new Error('not asked here');
    },
  };
  const ask = async (filter: string) => grant(rights, registry, filter);
  return { ask, sizes, tenants };
}

const filters = Array.from({ length: 9_999 }, (_, n) => `x${n}/#`);

test('ten thousand filters with unknown aliases cost a query a hundred, not one each', async () => {
  const { ask, sizes, tenants } = setUp(20_000);
  const granted = await Promise.all(filters.map(ask));
  expect(granted.every((answer) => answer === undefined)).toBe(true);
  expect(grantFilter(registry, 'x1/#', [])).toBeUndefined();
  expect(sizes).toHaveLength(100);
  expect(Math.max(...sizes)).toBe(100);
  expect(tenants.of(registry).isIdle).toBe(true);
});

test('look-ups of a tenant beyond its limit fail, and those before them are answered', async () => {
  const { ask, tenants } = setUp(50);
  const outcomes = await Promise.allSettled(filters.slice(0, 60).map(ask));
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(10);
  expect(tenants.of(registry).isIdle).toBe(true);
});
