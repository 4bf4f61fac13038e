/** What a message costs under a bare topic and under an alias: two servers side by side, measured in turns. */

import type { RunningBroker, Workplace } from '../brokers/broker.ts';
import { iotcore } from '../brokers/iotcore.ts';
import { buildLoader, runLoad } from '../load/loader.ts';
import { createAliases, type Naming, namings, type TopicLoad } from './message-loads.ts';
import { median, numbers, row } from './report.ts';

/** An alias's cost ÷ a bare topic's, at most. */
const target = 1.2;

export async function measureMessages(
  place: Workplace,
  loads: readonly TopicLoad[],
  rounds: number,
  say: (line: string) => void,
): Promise<void> {
  const program = await buildLoader(place.folder);
  const bare = await iotcore('native').start(place);
  try {
    const alias = await iotcore('native', (pool) => pool.query(createAliases)).start(place);
    try {
      say(row(['load', 'bare topics, µs', 'aliases, µs', 'ratio', 'target']));
      say(row(['---', '---', '---', '---', '---']));
      for (const load of loads) say(await compare(program, place.folder, { bare, alias }, load, rounds));
    } finally {
      await alias.stop();
    }
  } finally {
    await bare.stop();
  }
}

async function compare(
  program: string,
  folder: string,
  servers: Readonly<Record<Naming, RunningBroker>>,
  load: TopicLoad,
  rounds: number,
): Promise<string> {
  const costs: Record<Naming, number[]> = { bare: [], alias: [] };
  const run = async (naming: Naming, share: number) => {
    const result = await runLoad(program, folder, servers[naming], load, share, load.lines(naming));
    if (result.lost > 0) throw new Error(`${load.id}, ${naming}: ${result.lost} messages were lost`);
    return result.cpuMicrosPerMessage;
  };
  for (const naming of namings) await run(naming, 0.5);
  for (let round = 0; round < rounds; round++) {
    for (const naming of namings) costs[naming].push(await run(naming, 1));
  }
  const ratio = median(costs.alias) / median(costs.bare);
  return row([load.title, numbers(costs.bare), numbers(costs.alias), ratio.toFixed(2), `≤ ${target}`]);
}
