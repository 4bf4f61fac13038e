/**
 * `npm run bench:attacks`: what one tenant may do to keep others waiting, and how long they wait: how late the event loop of
 * the MQTT server is, the slowest answer to a client that has nothing to do with it, and memory.
 *
 *   npm run bench:attacks -- [--attacks filters,deep] [--rounds 5] [--write]
 *
 * Needs openssl. 10,000 half-open TLS connections are scenario 27 of `npm run chaos`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Database } from '@iotcore/store';
import { iotcore } from '../brokers/iotcore.ts';
import { workplace } from '../brokers/workplace.ts';
import { deviceId, registryId } from '../fleet.ts';
import { keepSection } from '../report/section.ts';
import { attacks } from './attacks.ts';
import { attackerOf, type Effect, effectTable, type LoopDelay, measureAttack } from './measure.ts';

const { values: options } = parseArgs({
  options: {
    attacks: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    write: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const preload = new URL('loop-delay.mjs', import.meta.url).href;

/** What readers of `$devices/+/state/#` have before them: 1,000 messages of 16 KiB. */
async function storeMessages(pool: Database['pool']): Promise<void> {
  await pool.query(
    `INSERT INTO permanent_messages (registry_id, topic_sha256, topic, device_id, payload)
     SELECT $1, sha256(convert_to(topic, 'UTF8')), topic, id, $3
     FROM (SELECT id, '$devices/' || id || '/state' AS topic FROM unnest($2::text[]) AS id) AS topics`,
    [registryId, Array.from({ length: 1_000 }, (_, n) => deviceId(n)), Buffer.alloc(16_384)],
  );
}

async function main(): Promise<void> {
  const ids = options.attacks?.split(',') ?? attacks.map(({ id }) => id);
  const chosen = ids.map((id) => {
    const attack = attacks.find((one) => one.id === id);
    if (!attack) throw new TypeError(`there is no attack '${id}'`);
    return attack;
  });
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-attacks-'));
  const effects: Effect[] = [];
  try {
    const server = await iotcore('native', storeMessages, [preload]).start(await workplace(folder));
    const loopDelay = (during: string) => server.ask<LoopDelay>(`loop delay: ${during}`);
    try {
      for (const { id, title } of chosen) {
        effects.push(
          await measureAttack({ ...server, loopDelay }, attackerOf(id, title), Number(options.rounds)),
        );
        say(effectTable(effects).split('\n').at(-1) as string);
      }
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const date = new Date().toISOString().slice(0, 10);
  const conditions = `${date}, ${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)} at the end.`;
  const text = `${conditions}\n\n${effectTable(effects)}`;
  say(`\n${text}`);
  if (options.write) await keepSection('docs/resilience.md', 'attacks', text);
}

await main();
