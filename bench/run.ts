/**
 * `npm run bench`: the same loads on Mosquitto, plain aedes and ours, side by side in one run, as ratios.
 *
 *   npm run bench -- [--loads in-0,in-1] [--brokers mosquitto,iotcore] [--rounds 3]
 *     [--share 0.1]  (part of the messages)  [--write docs]
 *
 * Needs Debian's mosquitto and a C compiler with OpenSSL's headers (apt-get install mosquitto gcc libssl-dev).
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { aedes } from './brokers/aedes.ts';
import type { Broker } from './brokers/broker.ts';
import { engineAlone } from './brokers/engine.ts';
import { iotcore } from './brokers/iotcore.ts';
import { mosquitto } from './brokers/mosquitto.ts';
import { workplace } from './brokers/workplace.ts';
import { buildLoader } from './load/loader.ts';
import { measure, type Results, summary } from './load/rounds.ts';
import { loads } from './loads.ts';
import { chart } from './report/chart.ts';
import { type Column, type Row, table, targetsKept } from './report/table.ts';

const allBrokers: readonly Broker[] = [
  mosquitto,
  aedes,
  engineAlone('aedes'),
  engineAlone('native'),
  iotcore('aedes'),
  iotcore('native'),
];

const { values } = parseArgs({
  options: {
    loads: { type: 'string' },
    brokers: { type: 'string', default: 'mosquitto,aedes,iotcore' },
    rounds: { type: 'string', default: '3' },
    share: { type: 'string', default: '1' },
    write: { type: 'string' },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const brokers = pick(allBrokers, values.brokers);
  const picked = pick(loads, values.loads);
  const rounds = Number(values.rounds);
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-bench-'));
  try {
    const place = await workplace(folder);
    const program = await buildLoader(folder);
    const columns = await Promise.all(
      brokers.map(
        async ({ id, title, version }): Promise<Column> => ({ id, title, version: await version() }),
      ),
    );
    const rows: Row[] = [];
    let last: { readonly id: string; readonly results: Results } | undefined;
    for (const load of picked) {
      const results =
        last && load.sameRunAs === last.id
          ? last.results
          : await measure(brokers, load, { place, program, rounds, share: Number(values.share) });
      last = { id: load.id, results };
      const figures = new Map([...results].map(([id, ofBroker]) => [id, summary(load, ofBroker)]));
      rows.push({ load, figures });
      say(table(columns, [{ load, figures }], ours(columns), mosquitto.id).split('\n').at(-1) as string);
    }
    await report(columns, rows);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function pick<T extends { readonly id: string }>(all: readonly T[], ids: string | undefined): T[] {
  if (ids === undefined) return [...all];
  return ids.split(',').map((id) => {
    const found = all.find((one) => one.id === id);
    if (!found) throw new Error(`there is no "${id}"; there are ${all.map((one) => one.id).join(', ')}`);
    return found;
  });
}

/** The last broker asked for is the one that is compared with Mosquitto. */
function ours(columns: readonly Column[]): string {
  return columns.at(-1)?.id ?? '';
}

async function report(columns: readonly Column[], rows: readonly Row[]): Promise<void> {
  const text = table(columns, rows, ours(columns), mosquitto.id);
  say(`\n${text}\n\n${targetsKept(rows, ours(columns), mosquitto.id)}`);
  if (values.write === undefined) return;
  const costs = rows.filter(({ load }) => load.measure === 'cpuMicrosPerMessage');
  await writeFile(join(values.write, 'benchmarks.svg'), chart(columns, costs, ours(columns), mosquitto));
  await writeFile(
    join(values.write, 'benchmarks-table.md'),
    `Measured on ${cpus().length} × ${cpus()[0]?.model}.\n\n${text}\n`,
  );
}

await main();
