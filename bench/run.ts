/**
 * `npm run bench`: the same loads on Mosquitto, plain aedes and ours, side by side in one run, as ratios.
 *
 *   npm run bench -- [--loads in-0,in-1] [--brokers mosquitto,iotcore] [--rounds 3] [--write docs]
 *
 * Needs Debian's mosquitto and a C compiler with OpenSSL's headers (apt-get install mosquitto gcc libssl-dev).
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { aedes } from './brokers/aedes.ts';
import type { Broker, Workplace } from './brokers/broker.ts';
import { engineAlone } from './brokers/engine.ts';
import { iotcore } from './brokers/iotcore.ts';
import { mosquitto } from './brokers/mosquitto.ts';
import { buildLoader, type LoadResult, runLoad } from './load/loader.ts';
import { type Load, loads } from './loads.ts';
import { output } from './process.ts';
import { chart } from './report/chart.ts';
import { type Column, type Figure, type Row, table } from './report/table.ts';

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
    for (const load of picked) {
      const figures = new Map<string, Figure>();
      for (const broker of brokers)
        figures.set(broker.id, await measure(broker, place, program, load, rounds));
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

async function workplace(folder: string): Promise<Workplace> {
  const [certFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  const subject = ['-subj', '/CN=localhost', '-days', '2'];
  await output('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
    ...['-keyout', keyFile, '-out', certFile, ...subject],
  ]);
  return { folder, certFile, keyFile };
}

/** A fresh broker for each load, warmed up: a server that has run for a minute is what counts, not its first second. */
async function measure(
  broker: Broker,
  place: Workplace,
  program: string,
  load: Load,
  rounds: number,
): Promise<Figure> {
  const running = await broker.start(place);
  try {
    if (load.messages > 0) await runLoad(program, place.folder, running, load, 0.5);
    const results: LoadResult[] = [];
    for (let round = 0; round < (load.messages > 0 ? rounds : 1); round++) {
      results.push(await runLoad(program, place.folder, running, load));
    }
    const values = results.map((result) => figureOf(load, result)).sort((a, b) => a - b);
    const value = values[Math.floor(values.length / 2)] as number;
    return { value, rounds: values, lost: Math.max(...results.map(({ lost }) => lost)) };
  } finally {
    await running.stop();
  }
}

function figureOf(load: Load, result: LoadResult): number {
  if (load.measure !== 'kbPerConnection') return result[load.measure];
  return (result.rssKb - result.rssBeforeKb) / (load.publishers + load.subscribers);
}

async function report(columns: readonly Column[], rows: readonly Row[]): Promise<void> {
  const text = table(columns, rows, ours(columns), mosquitto.id);
  say(`\n${text}`);
  if (values.write === undefined) return;
  const costs = rows.filter(({ load }) => load.measure === 'cpuMicrosPerMessage');
  await writeFile(join(values.write, 'benchmarks.svg'), chart(columns, costs, ours(columns), mosquitto.id));
  await writeFile(
    join(values.write, 'benchmarks-table.md'),
    `Measured on ${cpus().length} × ${cpus()[0]?.model}.\n\n${text}\n`,
  );
}

await main();
