/**
 * `npm run bench:soak`: devices over TLS, half by password and half by certificate, publish one QoS 1 message a second
 * each; their registry receives all of them.
 *
 *   npm run bench:soak -- [--minutes 60] [--devices 10000] [--write]
 *
 * Ends with status 1 if a message was lost. Needs gcc and libssl-dev.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { iotcore } from '../brokers/iotcore.ts';
import { workplace } from '../brokers/workplace.ts';
import { eventsFilter, password, registryId } from '../fleet.ts';
import { buildFleet, Fleet } from '../load/fleet-loader.ts';
import { keepSection } from '../report/section.ts';
import { clientsOf, makeStormFleet, register } from '../storm/credentials.ts';
import { type Sample, type Soak, soak } from './measure.ts';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    devices: { type: 'string', default: '10000' },
    write: { type: 'boolean', default: false },
  },
});

const [devices, minutes] = [Number(options.devices), Number(options.minutes)];
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-soak-'));
  try {
    const result = await measure(folder);
    const text = report(result);
    say(`\n${text}`);
    if (options.write) await keepSection('docs/resilience.md', 'soak', text);
    if (result.end.missing > 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(folder: string): Promise<Soak> {
  const place = await workplace(folder);
  const program = await buildFleet(folder);
  const members = await makeStormFleet(devices, Math.floor(devices / 2));
  const listener = { kind: 'listener', user: registryId, password, topic: eventsFilter } as const;
  const broker = await iotcore('native', (pool) => register(pool, members)).start(place);
  try {
    const clients = [listener, ...clientsOf(members)];
    const fleet = await Fleet.start({ program, folder, port: broker.tlsPort, clients });
    try {
      const { seconds } = await fleet.up();
      say(`${devices} devices connected in ${seconds.toFixed(0)} s`);
      return await soak(fleet, broker, minutes * 60, tell);
    } finally {
      await fleet.stop();
    }
  } finally {
    await broker.stop();
  }
}

function tell({ seconds, received, missing, p50Ms, p99Ms, rssMiB }: Sample): void {
  const at = `${seconds.toFixed(0)} s`;
  const latency = `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
  say(`${at}: ${received} received, ${missing} under way, ${latency}, ${rssMiB.toFixed(0)} MiB`);
}

function report({ samples, end, cpuMicros, cores, memory }: Soak): string {
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} × ${cpus()[0]?.model}`;
  const p99s = samples.map(({ p99Ms }) => p99Ms).sort((a, b) => a - b);
  const rows: [string, string][] = [
    ['messages sent', `${end.sent} (${(end.sent / end.seconds).toFixed(0)} a second)`],
    ['lost (acknowledged, and not received)', String(end.missing)],
    ['received twice', String(end.duplicates)],
    ['times that the registry lost its connection', String(end.listenerLosses)],
    ['due and not sent, for want of a connection or of PUBACKs', String(end.skipped)],
    [
      'latency, publisher to registry: p50, p99, longest',
      [end.p50Ms, end.p99Ms, end.maxMs].map(ms).join(', '),
    ],
    ['p99 of ten seconds: median, worst', [p99s[p99s.length >> 1], p99s.at(-1)].map(ms).join(', ')],
    [
      'memory of the MQTT server: begin, end, most',
      [memory.firstMiB, memory.lastMiB, memory.mostMiB].map((mib) => `${mib.toFixed(0)} MiB`).join(', '),
    ],
    ['slope of what is left when garbage has been collected', slope(memory.slopeMiBPerHour)],
    ['CPU of the MQTT server', `${cores.toFixed(2)} of a core, ${cpuMicros.toFixed(0)} µs for each message`],
  ];
  return [
    `${devices} devices over TLS for ${minutes} minutes; ${date}, ${machine}, load ${loadavg()[0]?.toFixed(1)} at the end.`,
    '',
    '| | |',
    '| --- | --- |',
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
  ].join('\n');
}

function slope(mibPerHour: number): string {
  return Number.isNaN(mibPerHour) ? 'too short a run to tell' : `${mibPerHour.toFixed(0)} MiB an hour`;
}

function ms(value: number | undefined): string {
  return value === undefined ? '–' : `${value.toFixed(1)} ms`;
}

await main();
