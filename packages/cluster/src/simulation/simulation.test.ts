/**
 * A short run of the simulation: `npm run sim` makes a long one. Broken builds are run with seeds that are known to find them,
 * so that a check that has gone blind is noticed here.
 */
import { someOf } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { asBuilt, type Breakage, broken, brokenJoining } from './broken/builds.ts';
import { findingSeeds } from './broken/finding-seeds.ts';
import { strangersJoin } from './faults/aimed-faults.ts';
import { Fleet, type FleetOptions } from './fleet/fleet.ts';
import { simulate } from './simulate.ts';
import { Random } from './timeline/random.ts';
import { Timeline } from './timeline/timeline.ts';

const seeds = 4;

/** A few machines that have begun to start, and clients; what fails is up to the test. */
function startFleet(
  seed: number,
  options: Pick<FleetOptions, 'machines' | 'graceMs'> & Partial<FleetOptions>,
  breakage: Breakage = asBuilt,
): Fleet {
  const usual = { publishers: 2, subscribers: 3, namespaces: 1, sleepiness: 0, permanence: 0.3 };
  const fleet = new Fleet(new Timeline(new Random(seed)), { ...usual, ...options }, breakage);
  fleet.start();
  return fleet;
}

test('nothing that must hold is violated, whatever goes wrong', async () => {
  const first = Number(process.env['TEST_SEED'] ?? 1) * 100;
  for (let seed = first; seed < first + seeds; seed++) {
    const { violations, acknowledged } = await simulate(seed);
    expect(violations, `npm run sim -- --seed ${seed}`).toEqual([]);
    expect(acknowledged).toBeGreaterThan(0);
  }
});

test('nodes that lost each other and the database are one cluster within seconds of their return, since each says what has ended', async () => {
  const fleet = startFleet(1, { machines: 3, graceMs: 60_000 });
  const { timeline } = fleet;
  const areTogether = () => fleet.living.every(({ cluster }) => cluster.isGood && cluster.size === 3);
  await timeline.run(30_000);
  expect(areTogether()).toBe(true);
  fleet.database.isUp = false;
  for (let from = 0; from < 3; from++)
    for (let to = 0; to < 3; to++) if (from !== to) fleet.network.cut(from, to);
  await timeline.run(60_000);
  expect(fleet.living.map(({ cluster }) => cluster.status.resets)).toEqual([1, 1, 1]);
  fleet.heal();
  await timeline.run(75_000);
  expect(areTogether()).toBe(true);
  expect(fleet.checks.violations).toEqual([]);
});

describe('nodes that reach the database and no other node', () => {
  const run = async (seed: number, breakage: Breakage) => {
    const few = { publishers: 1, subscribers: 1, permanence: 0 };
    const fleet = startFleet(seed, { machines: 2, graceMs: 30_000, ...few }, breakage);
    strangersJoin(fleet);
    await fleet.timeline.run(130_000);
    return fleet;
  };

  test('keep nobody from joining', async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const { checks, living } = await run(seed, asBuilt);
      expect(checks.violations, `seed ${seed}`).toEqual([]);
      expect(living.filter(({ cluster }) => cluster.isGood)).toHaveLength(2);
    }
  });

  for (const [name, breakage] of Object.entries(brokenJoining))
    test(`keep the others out of a build in which ${name}`, async () => {
      expect((await run(1, breakage)).checks.violations.length).toBeGreaterThan(0);
    });
});

test('nodes that were apart for as long as their carrier was away are one cluster within seconds of its return', async () => {
  const fleet = startFleet(1, { machines: 3, graceMs: 60_000 });
  const { timeline } = fleet;
  await timeline.run(30_000);
  fleet.network.isUp = false;
  // Long enough for those that were left out to have been left out several times more as they tried to join.
  await timeline.run(200_000);
  expect(fleet.living.map(({ cluster }) => cluster.isGood).toSorted()).toEqual([false, false, true]);
  fleet.network.isUp = true;
  await timeline.run(210_000);
  expect(fleet.living.map(({ cluster }) => [cluster.isGood, cluster.size])).toEqual([
    [true, 3],
    [true, 3],
    [true, 3],
  ]);
  expect(fleet.checks.violations).toEqual([]);
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
