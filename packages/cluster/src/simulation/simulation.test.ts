/**
 * A short run of the simulation: `npm run sim` makes a long one. Broken builds are run with seeds that are known to find them,
 * so that a check that has gone blind is noticed here.
 */
import { someOf } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { broken } from './broken/builds.ts';
import { findingSeeds } from './broken/finding-seeds.ts';
import { simulate } from './simulate.ts';

const seeds = 4;

test('nothing that must hold is violated, whatever goes wrong', async () => {
  const first = Number(process.env['TEST_SEED'] ?? 1) * 100;
  for (let seed = first; seed < first + seeds; seed++) {
    const { violations, acknowledged } = await simulate(seed);
    expect(violations, `npm run sim -- --seed ${seed}`).toEqual([]);
    expect(acknowledged).toBeGreaterThan(0);
  }
});

test('one seed is one run', async () => {
  const traces: string[][] = [[], []];
  for (const trace of traces) await simulate(4, undefined, undefined, (line) => trace.push(line));
  expect(traces[0]?.length).toBeGreaterThan(20);
  expect(traces[1]).toEqual(traces[0]);
});

test('every broken build has a seed that finds it', () => {
  expect(Object.keys(findingSeeds)).toEqual(Object.keys(broken));
});

for (const [name, seed] of someOf(Object.entries(findingSeeds), 3)) {
  test(`a build is found out in which ${name}`, async () => {
    const breakage = broken[name];
    expect(breakage && (await simulate(seed, breakage)).violations.length).toBeGreaterThan(0);
  });
}
