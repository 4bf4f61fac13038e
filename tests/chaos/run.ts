/**
 * `npm run chaos`: breaks real processes under load, and checks what came of it.
 *
 *   npm run chaos                       every scenario
 *   npm run chaos -- --short            the short run, for CI
 *   npm run chaos -- --scenario 4,6     some of them
 *   npm run chaos -- --jobs 3           so many at a time: quicker, with less load on each
 *   npm run chaos -- --seed 7           the same choices again
 *   npm run chaos -- --jemalloc libjemalloc.so.2   with the allocator of the image, where the loader finds it
 *   npm run chaos -- --write            the rows of what was run into docs/resilience.md (not of short runs)
 *   npm run chaos -- --report FILE      the results as JSON, in the form that vitest reports tests
 *
 * Ends with status 1 if a promise was broken, or a build that is broken on purpose was not caught.
 */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { cleanResult, SeededRandom } from '@iotcore/testkit/faults';
import { type Entry, isGood, type Outcome, toMarkdown } from './report.ts';
import { keepResult } from './results.ts';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    scenario: { type: 'string' },
    short: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
    report: { type: 'string' },
    jemalloc: { type: 'string' },
  },
});

const say = (line: string) => process.stdout.write(`${line}\n`);

function chosen() {
  const ids = options.scenario?.split(',');
  const unknown = ids?.find((id) => !scenarios.some((scenario) => scenario.id === id));
  if (unknown !== undefined) throw new TypeError(`there is no scenario '${unknown}'`);
  return scenarios.filter(({ id, short }) => (ids ? ids.includes(id) : short || !options.short));
}

async function main(): Promise<void> {
  if (options.short && options.write)
    throw new TypeError('the page shows full runs: --write without --short');
  if (options.jemalloc !== undefined) useJemalloc(options.jemalloc);
  const entries = await runAll(chosen());
  say(`\nseed ${options.seed}\n\n${toMarkdown(entries)}`);
  await conclude(entries);
}

/** For all programs of the scenarios. A name that the loader does not find is only a warning to it. */
function useJemalloc(file: string): void {
  const env = { ...process.env, LD_PRELOAD: file };
  const { stderr } = spawnSync(process.execPath, ['--version'], { env, encoding: 'utf8' });
  if (stderr !== '') throw new TypeError(`--jemalloc: ${stderr.trim()}`);
  process.env['CHAOS_JEMALLOC'] = file;
}

/** In the order of the table, however many are run at a time. */
async function runAll(all: readonly Scenario[]): Promise<Entry[]> {
  const random = new SeededRandom(options.seed);
  const entries = new Map<string, Entry>();
  const waiting = [...all];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      entries.set(next.id, await runOne(next, random));
    }
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, work));
  return all.flatMap(({ id }) => entries.get(id) ?? []);
}

async function runOne(scenario: Scenario, random: SeededRandom): Promise<Entry> {
  const { id, title } = scenario;
  say(`${id}  ${title}`);
  const date = new Date().toISOString().slice(0, 10);
  const tell = (line: string) => say(line.replaceAll(/^/gm, `${id.padEnd(4)}`));
  const outcome = await runScenario(scenario, { random, short: options.short, say: tell });
  tell(`${outcome.result} in ${outcome.seconds.toFixed(0)} s${summary(outcome)}`);
  const entry = toEntry(outcome, date);
  if (options.write && outcome.result !== 'not run') await keepResult(entry, order);
  return entry;
}

const order = scenarios.map(({ id }) => id);

function toEntry({ figures, ...outcome }: Outcome, date: string): Entry {
  const { findings: _words, ...counts } = figures ?? cleanResult;
  return {
    ...outcome,
    ...(figures ? { figures: counts } : {}),
    seed: options.seed,
    date,
    load: loadavg()[0] ?? 0,
    processors: availableParallelism(),
  };
}

/** Counts, and ends with what they mean. */
async function conclude(entries: readonly Entry[]): Promise<void> {
  const passed = entries.filter(isGood).length;
  const skipped = entries.filter(({ result }) => result === 'not run').length;
  const failed = entries.length - passed - skipped;
  if (options.report !== undefined) {
    const report = { numPassedTests: passed, numFailedTests: failed, testResults: [] };
    await writeFile(options.report, `${JSON.stringify(report)}\n`);
  }
  say(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exit(failed > 0 ? 1 : 0);
}

function summary({ figures, notes }: Outcome): string {
  const text = figures
    ? ` (lost ${figures.lost}, foreign ${figures.foreign}, wrong ${figures.wrong}, reordered ${figures.reordered}, duplicated ${figures.duplicated}, died with connection ${figures.diedWithConnection}, recovery ${figures.recoverySeconds?.toFixed(1) ?? '–'} s, last ${figures.recoveredLast ?? '–'})`
    : '';
  return `${text}${notes.map((note) => `\n${note}`).join('')}`;
}

await main();
