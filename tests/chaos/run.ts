/**
 * `npm run chaos`: breaks real processes under load, and judges what came of it.
 *
 *   npm run chaos                       every scenario
 *   npm run chaos -- --short            the short run, for CI
 *   npm run chaos -- --scenario 4,6     some of them
 *   npm run chaos -- --seed 7           the same choices again
 *   npm run chaos -- --write            the table into docs/resilience.md, the figures into docs/resilience.json
 *
 * Ends with status 1 if a promise was broken, or a build that is broken on purpose was not caught.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot, SeededRandom } from '@iotcore/testkit/faults';
import { isGood, type Outcome, toJson, toMarkdown } from './report.ts';
import { runScenario } from './run-scenario.ts';
import { scenarios } from './scenarios/index.ts';

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    scenario: { type: 'string' },
    short: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
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
  const random = new SeededRandom(options.seed);
  const outcomes: Outcome[] = [];
  for (const scenario of chosen()) {
    say(`${scenario.id}  ${scenario.title}`);
    const outcome = await runScenario(scenario, { random, short: options.short, say });
    outcomes.push(outcome);
    say(`    ${outcome.result} in ${outcome.seconds.toFixed(0)} s${summary(outcome)}`);
  }
  say(`\nseed ${options.seed}\n\n${toMarkdown(outcomes)}`);
  if (options.write) await write(outcomes);
  const bad = outcomes.filter((outcome) => !isGood(outcome) && outcome.result !== 'not run');
  const notRun = outcomes.filter(({ result }) => result === 'not run');
  say(
    `${outcomes.length - bad.length - notRun.length} passed, ${bad.length} failed, ${notRun.length} skipped`,
  );
  process.exit(bad.length > 0 ? 1 : 0);
}

function summary({ verdict, notes }: Outcome): string {
  const figures = verdict
    ? ` (lost ${verdict.lost}, foreign ${verdict.foreign}, wrong ${verdict.wrong}, reordered ${verdict.reordered}, duplicated ${verdict.duplicated}, died with connection ${verdict.diedWithConnection}, recovery ${verdict.recoverySeconds?.toFixed(1) ?? '–'} s, last ${verdict.recoveredLast ?? '–'})`
    : '';
  return `${figures}${notes.map((note) => `\n    ${note}`).join('')}`;
}

/** Between these marks the page is generated. */
const [begin, end] = ['<!-- chaos: begin -->', '<!-- chaos: end -->'];

async function write(outcomes: readonly Outcome[]): Promise<void> {
  const page = resolve(repositoryRoot, 'docs/resilience.md');
  const text = await readFile(page, 'utf8');
  const [before] = text.split(begin);
  const [, after] = text.split(end);
  if (before === undefined || after === undefined) throw new Error(`${page} lacks the marks of the table`);
  const table = `${begin}\n\nSeed \`${options.seed}\`.\n\n${toMarkdown(outcomes)}\n${end}`;
  await writeFile(page, `${before}${table}${after}`);
  await writeFile(resolve(repositoryRoot, 'docs/resilience.json'), toJson(options.seed, outcomes));
}

await main();
