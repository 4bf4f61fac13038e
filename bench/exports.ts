/**
 * `npm run bench:exports`: what exports cost the MQTT server and Postgres, and how many messages a second their targets take, on the
 * embedded Postgres, everything on one machine.
 *
 *   npm run bench:exports -- [--messages 200000] [--rounds 3] [--only costs|rates]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from './api/server.ts';
import { measureCosts } from './exports/costs.ts';
import { startInstallation } from './exports/installation.ts';
import { measureRates } from './exports/rates.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
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
  if (values.only !== 'rates')
    results.push(await measureCosts(installation, { messages, rounds: Number(values.rounds) }, say));
  say('');
  if (values.only !== 'costs') results.push(await measureRates(installation, tables, waiting, say));
  if (results.includes(false)) process.exitCode = 1;
} finally {
  await installation.stop();
  await Promise.all([postgres.stop(), tables.stop()]);
  for (const one of [folder, tableFolder]) await rm(one, { recursive: true });
}
