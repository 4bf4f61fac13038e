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
import type { Broker, RunningBroker, Workplace } from './brokers/broker.ts';
import { engineAlone } from './brokers/engine.ts';
import { iotcore } from './brokers/iotcore.ts';
import { mosquitto } from './brokers/mosquitto.ts';
import { buildLoader, type LoadResult, runLoad } from './load/loader.ts';
import { type Load, loads } from './loads.ts';
import { chart } from './report/chart.ts';
import { type Column, type Figure, type Row, table } from './report/table.ts';
import { workplace } from './workplace.ts';

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

/** By broker, a result a round. */
type Results = ReadonlyMap<string, readonly LoadResult[]>;

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
          : await measure(brokers, place, program, load, rounds);
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

/**
 * Fresh brokers for each load, warmed up: a server that has run for a minute is what counts, not its first second. They
 * take turns, so that whatever else the machine does falls on all of them; the round that was disturbed least counts.
 */
async function measure(
  brokers: readonly Broker[],
  place: Workplace,
  program: string,
  load: Load,
  rounds: number,
): Promise<Results> {
  const running = new Map<string, RunningBroker & Pick<Broker, 'share'>>();
  const results = new Map<string, LoadResult[]>();
  try {
    for (const { id, share, start } of brokers) {
      running.set(id, { ...(await start(place)), share });
      results.set(id, []);
    }
    // What a fresh server comes to is measured once on each.
    const isFresh = load.isFirstRun || load.measure === 'kbPerConnection' || load.messages === 0;
    for (let round = isFresh ? 0 : -1; round < (isFresh ? 1 : rounds); round++) {
      for (const [id, broker] of running) {
        const result = await runLoad(
          program,
          place.folder,
          broker,
          load,
          shareOf(load, broker) / (round < 0 ? 2 : 1),
        );
        if (round >= 0) results.get(id)?.push(result);
      }
    }
  } finally {
    for (const broker of running.values()) await broker.stop();
  }
  return results;
}

/** Cost for each message does not depend on their number; everything else does. */
function shareOf(load: Load, { share }: Pick<Broker, 'share'>): number {
  return load.measure === 'cpuMicrosPerMessage' ? share * Number(values.share) : 1;
}

function summary(load: Load, results: readonly LoadResult[]): Figure {
  const rounds = results.map((result) => figureOf(load, result)).sort((a, b) => a - b);
  const best = load.measure === 'perSecond' ? rounds.at(-1) : rounds[0];
  return { value: best as number, rounds, lost: Math.max(...results.map(({ lost }) => lost)) };
}

function figureOf(load: Load, result: LoadResult): number {
  if (load.measure === 'cpuPercent') return (100 * result.cpuSeconds) / result.seconds;
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
