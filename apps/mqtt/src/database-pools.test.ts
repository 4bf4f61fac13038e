import { expect, test } from 'vitest';
import { shareConnections } from './database-pools.ts';

test('no part of the connections is without one, and all together are as many as were set', () => {
  for (let all = 2; all <= 200; all++) {
    const { lookups, storing, reading } = shareConnections(all);
    expect(lookups + storing + reading).toBe(all);
    expect(Math.min(lookups, storing, all < 4 ? 1 : reading)).toBeGreaterThanOrEqual(1);
    expect(lookups).toBeGreaterThanOrEqual(Math.floor(all / 2));
  }
  expect(shareConnections(10)).toEqual({ lookups: 5, storing: 3, reading: 2 });
});
