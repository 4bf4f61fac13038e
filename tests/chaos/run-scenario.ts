import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isKept, type SeededRandom, type Verdict } from '@iotcore/testkit/faults';
import type { Outcome } from './report.ts';
import type { Chaos, Scenario } from './scenario.ts';
import { World } from './world/world.ts';

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
  const outcome = (result: Outcome['result'], verdict?: Verdict): Outcome => ({
    ...{ id, title, result, verdict, notes },
    seconds: (performance.now() - began) / 1000,
  });
  const obstacle = await scenario.obstacle?.();
  if (obstacle !== undefined) {
    notes.push(obstacle);
    return outcome('not run');
  }
  const cleanups: Cleanup[] = [];
  const worlds: World[] = [];
  const scope = scopeOf(scenario, options, cleanups, worlds, notes);
  try {
    const verdict = await scenario.run(scope);
    notes.push(...worlds.map(({ counts }) => counts));
    for (const finding of verdict.findings) options.say(finding);
    const result = resultOf(scenario, verdict);
    if (result !== 'kept' && result !== 'caught') showLogs(worlds, options);
    return outcome(result, verdict);
  } catch (error) {
    notes.push(error instanceof Error ? error.message : String(error));
    options.say(`${error instanceof Error ? error.stack : error}`);
    showLogs(worlds, options);
    return outcome('broken');
  } finally {
    for (const cleanup of cleanups.reverse()) {
      await Promise.resolve(cleanup()).catch((error: unknown) => options.say(`cleaning up: ${error}`));
    }
  }
}

function resultOf(
  { expect, catches = 'lost', maxRecoverySeconds }: Scenario,
  verdict: Verdict,
): Outcome['result'] {
  if (expect === 'caught') return verdict[catches] > 0 ? 'caught' : 'not caught';
  return isKept(verdict, maxRecoverySeconds) ? 'kept' : 'broken';
}

function scopeOf(
  { id }: Scenario,
  { random, short }: RunOptions,
  cleanups: Cleanup[],
  worlds: World[],
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
    async world(worldOptions) {
      const world = await World.create(chaos, { ...(short ? { devices: 6 } : {}), ...worldOptions });
      worlds.push(world);
      return world;
    },
  };
  return chaos;
}

const shownLogCharacters = 4000;

function showLogs(worlds: readonly World[], { say }: RunOptions): void {
  for (const world of worlds) say(world.logs().slice(-shownLogCharacters));
}
