/**
 * `npm run bench:topics`: what aliases and the size of the database cost the MQTT server, as ratios.
 *
 *   npm run bench:topics -- [--parts messages,start] [--loads telemetry-0,commands-1] [--rounds 5] [--devices 1000000]
 *
 * Needs a C compiler with OpenSSL's headers, and openssl (apt-get install gcc libssl-dev openssl).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { workplace } from '../brokers/workplace.ts';
import { measureMessages } from './message-cost.ts';
import { topicLoads } from './message-loads.ts';
import { measureStart } from './start-cost.ts';

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: 'messages,start' },
    loads: { type: 'string', default: topicLoads.map(({ id }) => id).join(',') },
    rounds: { type: 'string', default: '5' },
    devices: { type: 'string', default: '1000000' },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const parts = values.parts.split(',');
  const asked = values.loads.split(',');
  const rounds = Number(values.rounds);
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-bench-topics-'));
  try {
    const place = await workplace(folder);
    say(`Measured on ${cpus().length} × ${cpus()[0]?.model}.\n`);
    if (parts.includes('messages')) {
      const loads = topicLoads.filter(({ id }) => asked.includes(id));
      await measureMessages(place, loads, rounds, say);
      say('');
    }
    if (parts.includes('start')) await measureStart(place, Number(values.devices), rounds, say);
  } finally {
    await rm(folder, { recursive: true });
  }
}

await main();
