/**
 * `npm run bench:api-rates`: calls a second of the management API, as Debian's wrk makes them (apt-get install wrk), on the embedded
 * Postgres with a registry of 10,000 devices. API, Postgres and wrk share the machine.
 *
 *   npm run bench:api-rates -- [--seconds 8] [--rounds 2]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cpuMs, output } from '../process.ts';
import { fill } from './fill.ts';
import { type Server, startPostgres, startServer } from './server.ts';

const devices = 10_000;
const folderId = 'bench';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '8' }, rounds: { type: 'string', default: '2' } },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What wrk sends: `lines` of its Lua. https://github.com/wg/wrk/blob/master/SCRIPTING */
interface Calls {
  readonly title: string;
  readonly connections: number;
  readonly lines: readonly string[];
}

function callsOf({ token }: Server, registryId: string, ids: readonly string[]): readonly Calls[] {
  const authorized = `wrk.headers["Authorization"] = "Bearer ${token}"`;
  const get = (path: string) => [authorized, `request = function() return wrk.format("GET", ${path}) end`];
  return [
    {
      title: 'get a device',
      connections: 16,
      lines: [
        `ids = {${ids.map((id) => `"${id}"`).join(',')}}`,
        ...get('"/iot-devices/v1/devices/" .. ids[math.random(#ids)]'),
      ],
    },
    {
      title: 'list 100 devices',
      connections: 16,
      lines: get(`"/iot-devices/v1/devices?registryId=${registryId}&pageSize=100"`),
    },
    {
      title: 'create a device, 32 at once',
      connections: 32,
      lines: [
        authorized,
        'wrk.headers["Content-Type"] = "application/json"',
        // Each thread of wrk runs its own copy of this; names of two must not meet.
        'n = 0; from = tostring({}):sub(-8)',
        'request = function() n = n + 1; return wrk.format("POST", "/iot-devices/v1/devices", nil, ' +
          `'{"registryId":"${registryId}","name":"new-' .. from .. os.time() .. '-' .. n .. '"}') end`,
      ],
    },
    { title: 'nothing (`/livez`)', connections: 16, lines: get('"/livez"') },
  ];
}

async function measure(server: Server, folder: string, { title, connections, lines }: Calls): Promise<void> {
  const script = join(folder, 'calls.lua');
  await writeFile(
    script,
    [
      ...lines,
      'done = function(s, l) io.write(string.format("FIGURES %d %d %d %d %d\\n", s.requests, s.duration, l:percentile(99),',
      's.errors.status, s.errors.connect + s.errors.read + s.errors.write + s.errors.timeout)) end\n',
    ].join('\n'),
  );
  const before = cpuMs(server.pid);
  const args = ['-t2', `-c${connections}`, `-d${values.seconds}s`, '--latency', '-s', script, server.origin];
  const text = await output('wrk', args);
  const cpu = cpuMs(server.pid) - before;
  const [calls = 0, us = 1, p99 = 0, refused = 0, broken = 0] = (/FIGURES ([\d ]+)/.exec(text)?.[1] ?? '')
    .split(' ')
    .map(Number);
  const perSecond = Math.round(calls / (us / 1e6)).toLocaleString('en');
  say(
    `| ${title} | ${perSecond} | ${Math.round(p99 / 1000)} | ${(cpu / calls).toFixed(2)} | ${refused + broken} |`,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'iotcore-rates-'));
const postgres = await startPostgres(folder);
try {
  const server = await startServer(postgres, folder, 'rates');
  try {
    const answer = await server.caller.post('/iot-devices/v1/registries', { folderId });
    const registryId: string = JSON.parse(answer).response.id;
    await fill(server.pool, registryId, folderId, devices);
    const { rows } = await server.pool.query<{ id: string }>(
      'SELECT id FROM devices ORDER BY random() LIMIT 2000',
    );
    const calls = callsOf(
      server,
      registryId,
      rows.map(({ id }) => id),
    );
    say(`${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.versions.node}\n`);
    say(
      '| calls | a second | 99 %, ms | processor time of the API, ms | failed |\n| --- | --: | --: | --: | --: |',
    );
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const one of calls) await measure(server, folder, one);
    }
  } finally {
    await server.stop();
  }
} finally {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}
