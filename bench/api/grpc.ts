/**
 * `npm run bench:grpc`: the gRPC edge beside the REST edge, both inside TLS, on the embedded Postgres: what a call costs the API
 * process in CPU, which a busy machine changes less than the time.
 *
 *   npm run bench:grpc -- [--calls 3000]
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { device } from '@iotcore/proto';
import { fill } from './fill.ts';
import { GrpcCaller, TlsCaller } from './grpc-caller.ts';
import { startPostgres, startServer } from './server.ts';
import { time } from './timing.ts';

/** gRPC may cost so many times what REST does. */
const mostRatio = 1.3;
const { values } = parseArgs({ options: { calls: { type: 'string', default: '3000' } } });
const calls = Number(values.calls);
const folderId = 'bench';
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** User and system time of a process so far, in ms (Linux counts hundredths of a second). */
async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const folder = await mkdtemp(join(tmpdir(), 'iotcore-bench-'));
const postgres = await startPostgres(folder);
const server = await startServer(postgres, folder, 'grpc', { tls: true });
const place = {
  port: server.tlsPort,
  token: server.token,
  caPem: await readFile(join(server.dataDir, 'ca.crt'), 'utf8'),
};
const grpc = new GrpcCaller(place);
const rest = new TlsCaller(place);
try {
  const { response } = JSON.parse(await server.caller.post('/iot-devices/v1/registries', { folderId }));
  const registryId: string = response.id;
  await fill(server.pool, registryId, folderId, 1000);
  const { get, list, create } = device.DeviceService.method;
  const { devices: all } = JSON.parse(
    await server.caller.get(`/iot-devices/v1/devices?registryId=${registryId}`),
  );
  const deviceId: string = all[0].id;
  let n = 0;
  const name = () => `new-${n++}`;
  const path = `/iot-devices/v1/devices`;
  const kinds = [
    {
      what: 'get a device, one after the other',
      callers: 1,
      count: calls,
      grpc: () => grpc.call(get, { deviceId }),
      rest: () => rest.call('GET', `${path}/${deviceId}`),
    },
    {
      what: 'get a device, 32 at once',
      callers: 32,
      count: calls,
      grpc: () => grpc.call(get, { deviceId }),
      rest: () => rest.call('GET', `${path}/${deviceId}`),
    },
    {
      what: 'create a device, 32 at once',
      callers: 32,
      count: Math.ceil(calls / 2),
      grpc: () => grpc.call(create, { registryId, name: name() }),
      rest: () => rest.call('POST', path, { registryId, name: name() }),
    },
    {
      what: 'list 1,000 devices',
      callers: 1,
      count: Math.ceil(calls / 10),
      grpc: () => grpc.call(list, { id: { case: 'registryId', value: registryId }, pageSize: 1000n }),
      rest: () => rest.call('GET', `${path}?registryId=${registryId}&pageSize=1000`),
    },
  ];
  say('| call | gRPC, ms of CPU | REST, ms of CPU | ratio | at most 1.3 | gRPC, ms | REST, ms | ratio |');
  say('| --- | --: | --: | --: | --- | --: | --: | --: |');
  for (const { what, callers, count, ...ways } of kinds) {
    const measured = { grpc: { cpu: 0, median: 0 }, rest: { cpu: 0, median: 0 } };
    for (const way of ['grpc', 'rest'] as const) await time(Math.ceil(count / 5), callers, ways[way]);
    // In turns, so that what else the machine does falls on both alike.
    for (let round = 0; round < 4; round += 1) {
      for (const way of ['grpc', 'rest'] as const) {
        const before = await cpuOf(server.pid);
        const { median } = await time(Math.ceil(count / 4), callers, ways[way]);
        measured[way].cpu += (await cpuOf(server.pid)) - before;
        measured[way].median += median / 4;
      }
    }
    const per = (way: 'grpc' | 'rest') => measured[way].cpu / (4 * Math.ceil(count / 4));
    const ratio = per('grpc') / per('rest');
    const result = ratio <= mostRatio ? 'kept' : 'MISSED';
    const numbers = [per('grpc'), per('rest'), ratio].map((value) => value.toFixed(2));
    const { median: ofGrpc } = measured.grpc;
    const { median: ofRest } = measured.rest;
    const medians = [ofGrpc, ofRest, ofGrpc / ofRest].map((value) => value.toFixed(2));
    say(`| ${what} | ${numbers.join(' | ')} | ${result} | ${medians.join(' | ')} |`);
    if (ratio > mostRatio) process.exitCode = 1;
  }
} finally {
  grpc.close();
  rest.close();
  await server.stop();
  await postgres.stop();
  await rm(folder, { recursive: true });
}
