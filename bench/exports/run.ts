/**
 * `npm run bench:exports`: what exports cost the MQTT server and Postgres, how many messages a second their targets take, and what a
 * target that is away, or answers one byte a second, costs everybody else; on the embedded Postgres, everything on one machine.
 *
 *   npm run bench:exports -- [--messages 200000] [--rounds 4] [--only costs|rates|away] [--how away|slow] [--minutes 10]
 *
 * `--how`, `--minutes`: which of the two, and for how long.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../api/server.ts';
import { measureAway } from './away.ts';
import { measureCosts } from './costs.ts';
import { startInstallation } from './installation.ts';
import { measureRates } from './rates.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '4' },
    only: { type: 'string' },
    how: { type: 'string' },
    minutes: { type: 'string', default: '10' },
  },
});
const messages = Number(values.messages);
const publishers = 50;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** That wait for each target. */
const waiting = 20_000;
const newFolder = () => mkdtemp(join(tmpdir(), 'iotcore-bench-'));
const [folder, tableFolder] = [await newFolder(), await newFolder()];
const postgres = await startPostgres(folder);
// No export may write to the database of the installation itself.
const tables = await startPostgres(tableFolder);
const installation = await startInstallation(postgres, folder, publishers);
try {
  const load = () => loadavg()[0]?.toFixed(1);
  say(
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model}, load ${load()} at the beginning.\n`,
  );
  const results: boolean[] = [];
  const isWanted = (part: string) => (values.only ?? part) === part;
  if (isWanted('costs'))
    results.push(await measureCosts(installation, { messages, rounds: Number(values.rounds) }, say));
  say('');
  if (isWanted('rates')) results.push(await measureRates(installation, tables, waiting, say));
  const hows = (['away', 'slow'] as const).filter((how) => (values.how ?? how) === how);
  if (isWanted('away'))
    for (const how of hows)
      results.push(await measureAway(installation, { how, minutes: Number(values.minutes) }, say));
  if (results.includes(false)) process.exitCode = 1;
} finally {
  await installation.stop();
  await Promise.all([postgres.stop(), tables.stop()]);
  for (const one of [folder, tableFolder]) await rm(one, { recursive: true });
}
