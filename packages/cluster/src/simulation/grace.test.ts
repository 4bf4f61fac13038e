/** The database is away, and nothing else is wrong: how long nodes go on, and that they do not go on for longer. */
import { expect, test } from 'vitest';
import { asBuilt } from './broken/builds.ts';
import { Fleet } from './fleet/fleet.ts';
import { Random } from './timeline/random.ts';
import { Timeline } from './timeline/timeline.ts';

const machines = 3;
const graceMs = 60_000;
/** Nodes are one cluster by then. */
const awayMs = 30_000;
/** The grace counts from the last renewal, which is older than the loss of the database by a second, and more if one failed. */
const renewalMs = 3_000;
/** What a clock may be wrong by within the grace. */
const driftMs = 600;
const lastGoodMs = awayMs + graceMs - 6_000 - renewalMs;
const silentMs = awayMs + graceMs - 6_000 + driftMs;

/** A fleet that loses its database now. */
async function withoutDatabase(seed: number): Promise<Fleet> {
  const timeline = new Timeline(new Random(seed));
  const clients = { publishers: 4, subscribers: 4, namespaces: 2, permanence: 0 };
  const fleet = new Fleet(timeline, { ...clients, machines, graceMs, sleepiness: 0 }, asBuilt);
  fleet.database.lateness = 0;
  fleet.start();
  await timeline.run(awayMs);
  expect(areTogether(fleet)).toBe(true);
  fleet.database.isUp = false;
  return fleet;
}

const areTogether = ({ living }: Fleet) =>
  living.length === machines && living.every(({ cluster }) => cluster.isGood && cluster.size === machines);

const expectNoHarm = ({ checks, living }: Fleet) => {
  expect(checks.violations).toEqual([]);
  expect(living.map(({ cluster }) => cluster.status.resets)).toEqual([0, 0, 0]);
};

test.each([1, 2, 3])('a failover of half a minute stops no acknowledgement (seed %i)', async (seed) => {
  const fleet = await withoutDatabase(seed);
  fleet.mustAcknowledge(awayMs, awayMs + 30_000);
  await fleet.timeline.run(awayMs + 30_000);
  fleet.database.isUp = true;
  await fleet.timeline.run(awayMs + 60_000);
  expect(areTogether(fleet)).toBe(true);
  expectNoHarm(fleet);
});

test.each([1, 2, 3])(
  'acknowledgements end with the grace, and come again with the database (seed %i)',
  async (seed) => {
    const fleet = await withoutDatabase(seed);
    const { timeline, checks, database } = fleet;
    fleet.mustAcknowledge(awayMs, lastGoodMs);
    await timeline.run(silentMs);
    expect(fleet.living.map(({ cluster }) => cluster.isGood)).toEqual([false, false, false]);
    const { acknowledged } = checks;
    await timeline.run(silentMs + 15_000);
    expect(checks.acknowledged).toBe(acknowledged);

    database.isUp = true;
    await timeline.run(silentMs + 30_000);
    expect(checks.acknowledged).toBeGreaterThan(acknowledged);
    expect(areTogether(fleet)).toBe(true);
    expectNoHarm(fleet);
  },
);
