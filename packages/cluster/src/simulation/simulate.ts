/** One run: a seed decides all of it, so a run that fails can be looked at again. */

import { asBuilt, type Breakage } from './broken/builds.ts';
import {
  condemnedAtSecondHand,
  databaseAway,
  deafNewcomer,
  framesOfBefore,
  heardOnly,
  killedBeforeHandOver,
  lateAcknowledgements,
  lateHandOver,
  lateStatements,
  newcomerAlone,
} from './faults/aimed-faults.ts';
import { faultyMs, randomFaults, standingFault } from './faults/random-faults.ts';
import { Fleet, type FleetOptions } from './fleet/fleet.ts';
import { Random } from './timeline/random.ts';
import { Timeline } from './timeline/timeline.ts';

export interface RunResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly acknowledged: number;
  readonly publications: number;
  readonly frames: number;
}

/** What goes wrong, and in what kind of fleet. */
export interface Scenario {
  readonly faults: (fleet: Fleet) => void;
  readonly options?: Partial<FleetOptions>;
}

/** Before the end, nothing is published for this long, in ms. */
const quietMs = 5_000;

const aimedFaults: Scenario[] = [
  heardOnly,
  lateAcknowledgements,
  newcomerAlone,
  deafNewcomer,
  condemnedAtSecondHand,
  framesOfBefore,
  lateStatements,
  killedBeforeHandOver,
  lateHandOver,
].map((faults) => ({ faults, options: { sleepiness: 0, graceMs: 30_000, machines: 2 } }));
aimedFaults.push({
  faults: databaseAway,
  options: { sleepiness: 0, graceMs: 60_000, machines: 3, permanence: 0 },
});

/** By the seed: random faults, one that stands, and now and then one that is aimed. */
function scenarioOf(seed: number): Scenario {
  if (seed % 3 !== 2) return { faults: randomFaults };
  const aimed = aimedFaults[Math.floor(seed / 3) % (aimedFaults.length + 3)];
  return aimed ?? { faults: standingFault, options: { sleepiness: 0 } };
}

export async function simulate(
  seed: number,
  breakage: Breakage = asBuilt,
  scenario: Scenario = scenarioOf(seed),
  trace?: (line: string) => void,
): Promise<RunResult> {
  const random = new Random(seed);
  const timeline = new Timeline(random, trace);
  const graceMs = scenario.options?.graceMs ?? (random.pick([20_000, 30_000]) as number);
  const fleet = new Fleet(
    timeline,
    {
      machines: random.integer(2, 4),
      publishers: random.integer(2, 5),
      subscribers: random.integer(2, 6),
      namespaces: random.integer(1, 3),
      graceMs,
      sleepiness: random.pick([0, 0.0005, 0.003]) as number,
      permanence: 0.3,
      ...scenario.options,
    },
    breakage,
  );
  fleet.start();
  scenario.faults(fleet);
  await timeline.run(faultyMs);
  fleet.heal();
  const endMs = faultyMs + 60_000 + graceMs;
  timeline.quietMs = Math.min(timeline.quietMs, endMs - quietMs);
  await timeline.run(endMs);
  fleet.checks.atTheEnd(fleet.nodes);
  return {
    seed,
    violations: fleet.checks.violations,
    acknowledged: fleet.checks.acknowledged,
    publications: fleet.checks.publications.size,
    frames: fleet.network.frames,
  };
}
