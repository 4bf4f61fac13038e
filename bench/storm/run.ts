/**
 * `npm run bench:storm`: a fleet over TLS loses all of its connections at once and comes back, at Debian's Mosquitto and
 * at our server, in one run.
 *
 *   npm run bench:storm -- [--devices 10000] [--rounds 3] [--fleets mosquitto,passwords,half] [--resume] [--write]
 *
 * Needs Debian's mosquitto, gcc and libssl-dev. What the death of the data plane costs is scenario 13 of `npm run chaos`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Broker } from '../brokers/broker.ts';
import { iotcore } from '../brokers/iotcore.ts';
import { mosquitto } from '../brokers/mosquitto.ts';
import { workplace } from '../brokers/workplace.ts';
import { buildFleet } from '../load/fleet-loader.ts';
import { keepSection } from '../report/section.ts';
import { clientsOf, makeStormFleet, register, type StormFleet } from './credentials.ts';
import { measureStorm, type Storm, stormTable } from './measure.ts';

const { values: options } = parseArgs({
  options: {
    devices: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    fleets: { type: 'string', default: 'mosquitto,passwords,half' },
    resume: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});

const devices = Number(options.devices);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Candidate {
  readonly title: string;
  readonly fleet: StormFleet;
  readonly broker: Broker;
}

async function candidates(): Promise<Candidate[]> {
  const passwords = await makeStormFleet(devices, 0);
  const half = await makeStormFleet(devices, Math.floor(devices / 2));
  const ours = (fleet: StormFleet) => iotcore('native', (pool) => register(pool, fleet));
  const all: Record<string, Candidate> = {
    mosquitto: {
      title: `Mosquitto ${await mosquitto.version()}, by password`,
      fleet: passwords,
      broker: mosquitto,
    },
    passwords: { title: 'ours, by password', fleet: passwords, broker: ours(passwords) },
    half: { title: 'ours, half by password and half by certificate', fleet: half, broker: ours(half) },
  };
  return options.fleets.split(',').map((name) => {
    const candidate = all[name];
    if (!candidate) throw new TypeError(`there is no fleet '${name}'`);
    return candidate;
  });
}

async function main(): Promise<void> {
  if (options.resume && options.write)
    throw new TypeError('the page shows full handshakes: --write without --resume');
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-storm-'));
  const storms: Storm[] = [];
  try {
    const place = await workplace(folder);
    const program = await buildFleet(folder);
    for (const { title, fleet, broker } of await candidates()) {
      const running = await broker.start(place);
      try {
        const how = { program, folder, clients: clientsOf(fleet), resume: options.resume };
        storms.push(await measureStorm(title, running, how, Number(options.rounds)));
        say(JSON.stringify(storms.at(-1)));
      } finally {
        await running.stop();
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const text = `${conditions()}\n\n${stormTable(storms, devices)}`;
  say(`\n${text}`);
  if (options.write) await keepSection('docs/resilience.md', 'storm', text);
}

function conditions(): string {
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} × ${cpus()[0]?.model}`;
  const sessions = options.resume ? 'sessions resumed' : 'every handshake a full one';
  return `${devices} devices over TLS, ${sessions}; ${date}, ${machine}, load ${loadavg()[0]?.toFixed(1)} at the end.`;
}

await main();
