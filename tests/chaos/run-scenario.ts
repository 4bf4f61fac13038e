import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CheckResult, isKept, type SeededRandom } from '@iotcore/testkit/faults';
import { Fixture } from './fixture/fixture.ts';
import type { Outcome } from './report.ts';
import type { Chaos, Scenario } from './scenario.ts';

export interface RunOptions {
  readonly random: SeededRandom;
  readonly short: boolean;
  say(line: string): void;
}

type Cleanup = () => Promise<unknown> | unknown;

export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const { id, title } = scenario;
  const began = performance.now();
  const notes: string[] = [];
  const outcome = (result: Outcome['result'], figures?: CheckResult): Outcome => ({
    ...{ id, title, result, figures, notes },
    seconds: (performance.now() - began) / 1000,
  });
  const obstacle = await scenario.obstacle?.();
  if (obstacle !== undefined) {
    notes.push(obstacle);
    return outcome('not run');
  }
  const cleanups: Cleanup[] = [];
  const fixtures: Fixture[] = [];
  const scope = scopeOf(scenario, options, cleanups, fixtures, notes);
  try {
    const figures = await scenario.run(scope);
    notes.push(...fixtures.map(({ counts }) => counts));
    for (const finding of figures.findings) options.say(finding);
    const result = resultOf(scenario, figures);
    if (result !== 'kept' && result !== 'caught') showLogs(fixtures, options);
    return outcome(result, figures);
  } catch (error) {
    notes.push(error instanceof Error ? error.message : String(error));
    options.say(`${error instanceof Error ? error.stack : error}`);
    showLogs(fixtures, options);
    return outcome('broken');
  } finally {
    for (const cleanup of cleanups.reverse()) {
      await Promise.resolve(cleanup()).catch((error: unknown) => options.say(`cleaning up: ${error}`));
    }
  }
}

function resultOf(
  { expect, catches = 'lost', maxRecoverySeconds }: Scenario,
  figures: CheckResult,
): Outcome['result'] {
  if (expect === 'caught') return figures[catches] > 0 ? 'caught' : 'not caught';
  return isKept(figures, maxRecoverySeconds) ? 'kept' : 'broken';
}

function scopeOf(
  { id }: Scenario,
  { random, short }: RunOptions,
  cleanups: Cleanup[],
  fixtures: Fixture[],
  notes: string[],
): Chaos {
  const chaos: Chaos = {
    random: random.fork(id),
    short,
    cleanup: (what) => void cleanups.push(what),
    note: (text) => void notes.push(text),
    async folder() {
      const folder = await mkdtemp(join(tmpdir(), 'iotcore-chaos-'));
      cleanups.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
      return folder;
    },
    async fixture(fixtureOptions) {
      const fixture = await Fixture.create(chaos, { ...(short ? { devices: 6 } : {}), ...fixtureOptions });
      fixtures.push(fixture);
      return fixture;
    },
  };
  return chaos;
}

const shownLogCharacters = 4000;

function showLogs(fixtures: readonly Fixture[], { say }: RunOptions): void {
  for (const fixture of fixtures) say(fixture.logs().slice(-shownLogCharacters));
}
