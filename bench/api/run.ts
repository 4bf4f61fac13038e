/**
 * `npm run bench:api`: the management API on the embedded Postgres, one database empty and one with a registry of a
 * million devices: rates, the ratios that growth may cost, and the statements of each call. Then the gRPC edge beside the REST
 * edge, which `npm run bench:grpc` measures alone.
 *
 *   npm run bench:api -- [--devices 1000000] [--calls 2000] [--statements]
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fill } from './fill.ts';
import { type Server, startPostgres, startServer } from './server.ts';
import { statementsOf } from './statements.ts';
import { type Timing, time, timeAlternately } from './timing.ts';

const callers = 32;
const pageSize = 1000;
/** Growth to a million devices may make a call this many times as expensive at most. */
const mostRatio = 1.5;
const folderId = 'bench';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '1000000' },
    calls: { type: 'string', default: '2000' },
    statements: { type: 'boolean', default: false },
  },
});
const deviceCount = Number(values.devices);
const calls = Number(values.calls);
/** How often two kinds of call are compared. */
const rounds = Math.min(150, calls);

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const ms = (value: number) => value.toFixed(value < 10 ? 2 : 1);

function report(what: string, { calls: count, perSecond, median, p99, cpu }: Timing): void {
  const used = Number.isNaN(cpu) ? '' : cpu.toFixed(2);
  say(
    `| ${what} | ${count.toLocaleString('en')} | ${perSecond.toFixed(0)} | ${ms(median)} | ${ms(p99)} | ${used} |`,
  );
}

async function createRegistry({ caller }: Server): Promise<string> {
  const answer = await caller.post('/iot-devices/v1/registries', { folderId });
  return JSON.parse(answer).response.id;
}

/** Creates devices of ever new names, as plain as can be unless `fields` gives them more. */
function creator(
  { caller }: Server,
  registryId: string,
  fields: (n: number) => Readonly<Record<string, unknown>> = (n) => ({ name: `new-${n}` }),
) {
  let n = 0;
  return () => caller.post('/iot-devices/v1/devices', { registryId, ...fields(n++) });
}

const fullDevice = (n: number) => ({
  name: `full-${n}`,
  password: `Correct-Horse-7-${n}`,
  topicAliases: { [`full-${n}/`]: '$devices/{id}/' },
});

/** Reads a registry through to its end, and keeps the IDs of every fourth device. */
async function walk({ caller }: Server, registryId: string) {
  const path = `/iot-devices/v1/devices?registryId=${registryId}&pageSize=${pageSize}`;
  const ids: string[] = [];
  let count = 0;
  const began = performance.now();
  let last = path;
  for (let next: string | undefined = path; next !== undefined; ) {
    last = next;
    count += 1;
    const page = JSON.parse(await caller.get(next));
    for (let n = 0; n < page.devices.length; n += 4) ids.push(page.devices[n].id);
    next = page.nextPageToken && `${path}&pageToken=${encodeURIComponent(page.nextPageToken)}`;
  }
  return { first: path, last, ids, count, seconds: (performance.now() - began) / 1000 };
}

function compare(what: string, before: Timing, after: Timing): void {
  const ratio = after.median / before.median;
  const result = ratio <= mostRatio ? 'kept' : 'MISSED';
  say(`| ${what} | ${ms(before.median)} | ${ms(after.median)} | ${ratio.toFixed(2)} | ${result} |`);
  if (ratio > mostRatio) process.exitCode = 1;
}

async function main(small: Server, large: Server): Promise<void> {
  say(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.versions.node}`);
  const few = await createRegistry(small);
  const many = await createRegistry(large);
  const createInFew = creator(small, few);
  const createInMany = creator(large, many);
  await fill(large.pool, many, folderId, deviceCount);
  const pages = await walk(large, many);
  say(`${pages.count} pages of ${pageSize} devices, one after the other: ${pages.seconds.toFixed(1)} s`);
  const { caller } = large;
  const get = (n: number) =>
    caller.get(`/iot-devices/v1/devices/${pages.ids[(n * 7919) % pages.ids.length]}`);
  await time(200, callers, createInFew);
  await time(200, callers, createInMany);
  await time(200, 1, get);

  say(
    '\n| calls | number | a second | median, ms | 99 %, ms | processor time of the API, ms |\n| --- | --: | --: | --: | --: | --: |',
  );
  report(
    `create a device, ${callers} at once, few devices`,
    await time(calls, callers, createInFew, small.pid),
  );
  report(
    `create a device, ${callers} at once, a full registry`,
    await time(calls, callers, createInMany, large.pid),
  );
  report('get a device, one after the other', await time(calls, 1, get, large.pid));
  report(`get a device, ${callers} at once`, await time(calls, callers, get, large.pid));
  report('get a device, 16 at once', await time(calls, 16, get, large.pid));
  const hundred = `/iot-devices/v1/devices?registryId=${many}&pageSize=100`;
  const listed = await time(calls / 4, 16, () => caller.get(hundred), large.pid);
  report('list 100 devices, 16 at once', listed);
  report('nothing (/livez), 16 at once', await time(calls, 16, () => caller.get('/livez'), large.pid));
  const [first, last] = await timeAlternately(
    rounds,
    () => caller.get(pages.first),
    () => caller.get(pages.last),
  );
  report('list, first page', first);
  report('list, last page', last);
  const [firstDevice, millionth] = await timeAlternately(rounds, createInFew, createInMany);
  report('create a device, few devices', firstDevice);
  report('create a device, a full registry', millionth);

  say('\n| growth | small, ms | large, ms | ratio | at most 1.5 |\n| --- | --: | --: | --: | --- |');
  compare('the last page to the first', first, last);
  compare(`device ${deviceCount.toLocaleString('en')} to the first`, firstDevice, millionth);

  say('\n| call | statements |\n| --- | --: |');
  const one = (n: number) => `/iot-devices/v1/devices/${pages.ids[n]}`;
  for (const [what, call] of [
    ['create a device', createInMany],
    ['create a device with an alias and a password', creator(large, many, fullDevice)],
    ['update a device', (n: number) => caller.patch(one(n), { updateMask: 'description', description: 'x' })],
    [
      'add a password',
      (n: number) => caller.post(`${one(n)}/passwords`, { password: fullDevice(n).password }),
    ],
    ['get a device', get],
    ['list devices', () => caller.get(pages.last)],
    ['list the operations of a device', (n: number) => caller.get(`${one(n)}/operations`)],
    ['delete a device', (n: number) => caller.delete(one(n + 100))],
  ] as const) {
    const statements = await statementsOf(large.pool, call);
    say(`| ${what} | ${statements.length} |`);
    if (values.statements)
      for (const text of statements) say(`    ${text.replaceAll(/\s+/g, ' ').slice(0, 150)}`);
  }
}

const folder = await mkdtemp(join(tmpdir(), 'iotcore-bench-'));
const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true })];
try {
  const postgres = await startPostgres(folder);
  stops.push(() => postgres.stop());
  const small = await startServer(postgres, folder, 'small');
  stops.push(() => small.stop());
  const large = await startServer(postgres, folder, 'large');
  stops.push(() => large.stop());
  await main(small, large);
} finally {
  for (const stop of stops.reverse()) await stop();
}

if (!values.statements) {
  const options = ['--calls', String(calls)];
  const edges = spawnSync(process.execPath, [join(import.meta.dirname, 'grpc.ts'), ...options], {
    stdio: 'inherit',
  });
  if (edges.status !== 0) process.exitCode = 1;
}
