import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { eventually } from '@iotcore/testkit/faults';
import type { Fixture } from '../../fixture/fixture.ts';
import { lacks } from '../../fixture/tools.ts';
import { type Chaos, must, type Scenario } from '../../scenario.ts';

/** No file handle left in the data plane, then a process that stands still for 10 s. */
export const handlesExhausted: Scenario = {
  id: '26',
  title: 'File handles exhausted; 10 s event-loop freeze',
  short: false,
  maxRecoverySeconds: 10,
  obstacle: async () => lacks('/usr/bin/prlimit', 'util-linux'),
  async run(chaos) {
    const fixture = await chaos.fixture();
    await exhaustHandles(chaos, fixture);
    // All clients are served again before the next fault: otherwise its length would count as recovery from the first one.
    await fixture.run(2000);
    await freeze(fixture, chaos.short ? 3000 : 10_000);
    return fixture.check();
  },
};

async function exhaustHandles(chaos: Chaos, fixture: Fixture): Promise<void> {
  const { pid } = fixture.plane('mqtt');
  const handles = async () => (await readdir(`/proc/${pid}/fd`)).length;
  const before = await handles();
  const usual = await softLimit(pid);
  limitHandles(pid, before + 20);
  const heal = fixture.messages.fault();
  const acked = fixture.messages.ackedCount;
  const strangers = Array.from({ length: 200 }, () => open(fixture.ports.mqtt));
  const cpuBefore = await cpuSeconds(pid);
  await fixture.run(5000);
  const cpu = (await cpuSeconds(pid)) - cpuBefore;
  must(fixture.messages.ackedCount > acked, 'connected clients were not served while no handle was left');
  must(cpu < 4, `the data plane used ${cpu.toFixed(1)} s of CPU in 5 s: it spins`);
  for (const stranger of strangers) stranger.destroy();
  limitHandles(pid, usual);
  heal();
  fixture.clientNamed('load:device-0').cut();
  await fixture.run(100);
  await fixture.everybodyServed(10_000);
  await eventually('the handles to be back', async () => (await handles()) <= before + 5, 20_000);
  chaos.note(`${cpu.toFixed(1)} s of CPU in 5 s without handles`);
}

async function softLimit(pid: number): Promise<string> {
  const limits = await readFile(`/proc/${pid}/limits`, 'utf8');
  return /^Max open files +(\d+)/m.exec(limits)?.[1] ?? '1024';
}

/** The soft limit; the hard one stays, so that it can be raised again. */
function limitHandles(pid: number, count: number | string): void {
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), `--nofile=${count}:`]);
  must(status === 0, `prlimit failed: ${stderr}`);
}

function open(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  return socket;
}

async function freeze(fixture: Fixture, ms: number): Promise<void> {
  const heal = fixture.messages.fault();
  fixture.plane('mqtt').kill('SIGSTOP');
  await fixture.run(ms);
  fixture.plane('mqtt').kill('SIGCONT');
  heal();
  await fixture.everybodyServed(20_000);
  await fixture.run(1000);
}

/** CPU that a process has used so far. */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Behind the name, which may hold anything: the 12th and 13th field, in ticks of 10 ms.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** An MQTT server with a small heap, and subscribers that read too slowly for what is sent to them. */
export const memoryPressure: Scenario = {
  id: '25',
  title: 'Memory pressure: small heap, big fan-out, slow readers',
  short: false,
  maxRecoverySeconds: 30,
  async run(chaos) {
    const fixture = await chaos.fixture({
      envOf: { mqtt: { NODE_OPTIONS: '--max-old-space-size=64 --max-semi-space-size=4' } },
    });
    fixture.keepRunning();
    const { pid } = fixture.plane('mqtt');
    // Large messages to the subscribers that are there anyway: after them code is compiled, and the heap has its size.
    await floodFanOut(fixture, chaos.short ? 2000 : 10_000);
    await fixture.run(5000);
    const before = await memoryMiB(fixture);
    const most = await underPressure(chaos, fixture);
    await fixture.run(chaos.short ? 5000 : 30_000);
    const after = await eventually('the figures', () => memoryMiB(fixture), 30_000);
    const killed = fixture.plane('mqtt').pid !== pid;
    chaos.note(
      `${killed ? 'the process died and was started again' : 'load was shed'}; memory ${before.toFixed(0)} MiB before, at most ${most.toFixed(0)} MiB, ${after.toFixed(0)} MiB after`,
    );
    must(after <= before * mostGrowth, `memory did not come back: ${before} MiB before, ${after} MiB after`);
    return fixture.check();
  },
};

/** What may be left of the growth. */
const mostGrowth = 1.1;
const frozenReaders = 40;

/** Large messages for readers that do not read. The most memory that was seen, MiB. */
async function underPressure(chaos: Chaos, fixture: Fixture): Promise<number> {
  const readers = Array.from({ length: frozenReaders }, (_, number) =>
    fixture.client(
      {
        name: `reader-${number}`,
        filters: ['$devices/#'],
        mayHear: fixture.registryTopics,
        patienceMs: 600_000,
      },
      fixture.tenant.registry,
    ),
  );
  for (const reader of readers) reader.start();
  await fixture.everybodyServed();
  for (const reader of readers) reader.freeze();
  const heal = fixture.messages.fault();
  const most = await floodFanOut(fixture, chaos.short ? 5000 : 30_000);
  for (const reader of readers) reader.stop();
  heal();
  return most;
}

/** Large messages from several devices. The most memory that was seen meanwhile, MiB. */
async function floodFanOut(fixture: Fixture, ms: number): Promise<number> {
  const end = performance.now() + ms;
  let most = 0;
  for (let round = 0; performance.now() < end; round += 1) {
    for (const number of [1, 2, 4, 5]) {
      const device = fixture.clientNamed(`load:device-${number}`);
      const topic = `$devices/${fixture.tenant.devices[number]?.id}/events`;
      for (let i = 0; i < 10 && device.unacked < 20; i += 1) device.publish(topic, 100_000);
    }
    await fixture.run(50);
    // A plane that has just died has no figures.
    if (round % 10 === 0) most = Math.max(most, await memoryMiB(fixture).catch(() => 0));
  }
  return most;
}

async function memoryMiB(fixture: Fixture): Promise<number> {
  return (await fixture.metric('process_resident_memory_bytes')) / 2 ** 20;
}
