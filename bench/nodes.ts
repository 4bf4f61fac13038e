/**
 * What it costs that a message crosses from one node of a cluster to another: the same loads on one process, on two nodes with all
 * clients at one, and with publishers at one and subscribers at the other, in turns.
 *
 *   npm run bench:nodes [-- --loads in-0,in-1] [--rounds 3] [--share 1] [--write]
 *   npm run bench:nodes -- --before ../another-checkout     what this revision has made of the cost of one process
 *
 * `--write`: the rows of these loads into docs/scale.md, and the chart. Needs Debian's nats-server, and a C compiler with OpenSSL's
 * headers.
 * `--before`: a folder with another revision and its packages. `--share`: part of the messages, where their number does not matter.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Broker } from './brokers/broker.ts';
import { iotcore } from './brokers/iotcore.ts';
import { twoNodes } from './brokers/nodes.ts';
import { workplace } from './brokers/workplace.ts';
import { buildLoader, type LoadResult } from './load/loader.ts';
import { measure } from './load/rounds.ts';
import { type Load, loads } from './loads.ts';
import { chart } from './report/chart.ts';
import { keepSection } from './report/section.ts';
import type { Row } from './report/table.ts';

const { values } = parseArgs({
  options: {
    loads: { type: 'string', default: 'in-0,in-1,out-1,one-in-flight,lone-0,lone-1,fleet' },
    rounds: { type: 'string', default: '3' },
    share: { type: 'string', default: '1' },
    before: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

const alone: Broker = { ...iotcore('native'), title: 'one process', version: async () => '' };
const together: readonly Broker[] = [
  twoNodes({ id: 'apart', title: 'two nodes, nothing crosses', carrier: 'socket', isCrossing: false }),
  twoNodes({ id: 'sockets', title: 'crossing, sockets', carrier: 'socket', isCrossing: true }),
  twoNodes({ id: 'nats', title: 'crossing, NATS', carrier: 'nats', isCrossing: true }),
];
const before: Broker | undefined = values.before
  ? {
      ...iotcore('native', undefined, [], resolve(values.before)),
      id: 'before',
      title: 'one process, before',
      version: async () => '',
    }
  : undefined;
/** The first is what the others are compared with. */
const brokers = before ? [before, alone, together[0] as Broker] : [alone, ...together];

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const format = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** The round in which a message cost least. */
function best(results: readonly LoadResult[]): LoadResult {
  return results.toSorted((a, b) => a.cpuMicrosPerMessage - b.cpuMicrosPerMessage)[0] as LoadResult;
}

/** `0.60 + 0.33 = 0.93 (1.9 ×)`, and latencies if messages come at a rate. */
function cell({ perSecond, qos }: Load, result: LoadResult, single: LoadResult): string {
  const { cpuMicrosByProcess, cpuMicrosPerMessage, steadyP99Ms, pubackP99Ms, lost } = result;
  const parts = cpuMicrosByProcess.map((micros) => micros.toFixed(2)).join(' + ');
  const ratio = (cpuMicrosPerMessage / single.cpuMicrosPerMessage).toFixed(2);
  const cost = result === single ? parts : `${parts} = ${cpuMicrosPerMessage.toFixed(2)} (${ratio} ×)`;
  const puback = qos === 0 ? '' : `, of PUBACK ${pubackP99Ms.toFixed(1)} ms`;
  const latency = `; p99 of delivery ${steadyP99Ms.toFixed(1)} ms${puback}`;
  return `${cost}${perSecond === undefined ? '' : latency}${lost > 0 ? `; lost ${lost}` : ''}`;
}

/** A row of the page: a line of docs/scale.ndjson, so that a run of some loads renews their rows and no others. */
interface Kept {
  readonly id: string;
  readonly cells: readonly string[];
  /** µs of CPU a message, by broker. */
  readonly micros: Readonly<Record<string, number>>;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-bench-'));
  try {
    const options = {
      place: await workplace(folder),
      program: await buildLoader(folder),
      rounds: Number(values.rounds),
      share: Number(values.share),
    };
    if (before && values.write)
      throw new Error('--write keeps what is compared with one process of this revision');
    for (const id of values.loads.split(',')) {
      const load = loads.find((one) => one.id === id);
      if (!load) throw new Error(`there is no load "${id}"`);
      const results = await measure(brokers, load, options);
      const found = brokers.map((broker) => best(results.get(broker.id) ?? []));
      const single = found[0] as LoadResult;
      const loadOfMachine = (loadavg()[0] ?? 0).toFixed(1);
      const run = `${new Date().toISOString().slice(0, 10)}, load ${loadOfMachine}`;
      const cells = [load.title, ...found.map((result) => cell(load, result, single)), run];
      say(format(cells));
      const micros = brokers.map((broker, n) => [broker.id, (found[n] as LoadResult).cpuMicrosPerMessage]);
      if (values.write) await keep({ id, cells, micros: Object.fromEntries(micros) });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function keep(entry: Kept): Promise<void> {
  const file = new URL('../docs/scale.ndjson', import.meta.url);
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  const byId = new Map(lines.map((line) => JSON.parse(line) as Kept).map((kept) => [kept.id, kept]));
  byId.set(entry.id, entry);
  const kept = loads.flatMap(({ id }) => byId.get(id) ?? []);
  await writeFile(file, kept.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const titles = ['load', ...brokers.map(({ title }) => title), 'run'];
  const table = [format(titles), format(titles.map(() => '---')), ...kept.map(({ cells }) => format(cells))];
  const place = `${cpus().length} × ${cpus()[0]?.model}, which the load generator and nats-server share.`;
  await keepSection('docs/scale.md', 'nodes', `${place}\n\n${table.join('\n')}`);
  const columns = brokers.map(({ id, title }) => ({ id, title, version: '' }));
  const rows = kept.map(toRow);
  await writeFile(new URL('../docs/scale.svg', import.meta.url), chart(columns, rows, 'nats', alone));
}

function toRow({ id, micros }: Kept): Row {
  const load = loads.find((one) => one.id === id) as Load;
  const figures = Object.entries(micros).map(
    ([broker, value]) => [broker, { value, lost: 0, rounds: [value] }] as const,
  );
  return { load, figures: new Map(figures) };
}

await main();
