/**
 * `npm run sim`: many seeds, or one with its trace. Of many, the first that fails is run once more with its trace: whoever has
 * only what a run printed can follow it.
 *
 *   npm run sim                   1,000 seeds from a random one
 *   npm run sim -- 5000           as many seeds
 *   npm run sim -- --seed 42      that one, with its trace
 */
import { parseArgs } from 'node:util';
import { broken } from './broken/builds.ts';
import { simulate } from './simulate.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    from: { type: 'string' },
    broken: { type: 'string' },
  },
});
const breakage = values.broken === undefined ? undefined : broken[values.broken];
const write = (line: string) => void process.stdout.write(`${line}\n`);

if (values.broken !== undefined && breakage === undefined) {
  write(`Broken builds: ${Object.keys(broken).join('; ')}`);
  process.exitCode = 2;
} else if (values.seed !== undefined) {
  process.exitCode = (await runTraced(Number(values.seed))) > 0 ? 1 : 0;
} else {
  const seeds = Number(positionals[0] ?? 1_000);
  const first = Number(values.from ?? Math.floor(Math.random() * 1_000_000_000));
  let acknowledged = 0;
  let failed = 0;
  for (let seed = first; seed < first + seeds; seed++) {
    const result = await simulate(seed, breakage);
    acknowledged += result.acknowledged;
    if (result.violations.length === 0) continue;
    failed++;
    if (failed === 1) await runTraced(seed);
    write(`seed ${seed}: ${result.violations.length} violations, the first: ${result.violations[0]}`);
  }
  write(`${seeds} seeds from ${first}: ${failed} failed; ${acknowledged} acknowledgements`);
  process.exitCode = failed > 0 ? 1 : 0;
}

/** Writes what happens, then what must not have; how much of that there was. */
async function runTraced(seed: number): Promise<number> {
  const { violations } = await simulate(seed, breakage, undefined, write);
  for (const violation of violations) write(violation);
  return violations.length;
}
