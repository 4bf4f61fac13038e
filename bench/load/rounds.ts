/** A load on several brokers in turns. */
import type { Broker, RunningBroker, Workplace } from '../brokers/broker.ts';
import type { Load } from '../loads.ts';
import type { Figure } from '../report/table.ts';
import { type LoadResult, runLoad } from './loader.ts';

/** By broker, a result a round. */
export type Results = ReadonlyMap<string, readonly LoadResult[]>;

interface RoundsOptions {
  readonly place: Workplace;
  /** The load generator. */
  readonly program: string;
  readonly rounds: number;
  /** Part of the messages, for loads whose cost for each does not depend on their number. */
  readonly share: number;
}

/**
 * Fresh brokers for each load, warmed up: a server that has run for a minute is what counts, not its first second. They
 * take turns, so that whatever else the machine does falls on all of them; the round that was disturbed least counts.
 */
export async function measure(
  brokers: readonly Broker[],
  load: Load,
  { place, program, rounds, share }: RoundsOptions,
): Promise<Results> {
  const running = new Map<string, RunningBroker & Pick<Broker, 'share'>>();
  const results = new Map<string, LoadResult[]>();
  try {
    for (const { id, share: own, start } of brokers) {
      running.set(id, { ...(await start(place)), share: own });
      results.set(id, []);
    }
    // What a fresh server comes to is measured once on each.
    const isFresh = load.isFirstRun || load.measure === 'kbPerConnection' || load.messages === 0;
    for (let round = isFresh ? 0 : -1; round < (isFresh ? 1 : rounds); round++) {
      for (const [id, broker] of running) {
        const part = shareOf(load, broker.share * share) / (round < 0 ? 2 : 1);
        const result = await runLoad(program, place.folder, broker, load, part);
        if (round >= 0) results.get(id)?.push(result);
      }
    }
  } finally {
    for (const broker of running.values()) await broker.stop();
  }
  return results;
}

/** Cost for each message does not depend on their number; everything else does. */
function shareOf(load: Load, share: number): number {
  return load.measure === 'cpuMicrosPerMessage' ? share : 1;
}

/** The round that was disturbed least. */
export function summary(load: Load, results: readonly LoadResult[]): Figure {
  const rounds = results.map((result) => figureOf(load, result)).sort((a, b) => a - b);
  const best = load.measure === 'perSecond' ? rounds.at(-1) : rounds[0];
  return { value: best as number, rounds, lost: Math.max(...results.map(({ lost }) => lost)) };
}

function figureOf(load: Load, result: LoadResult): number {
  if (load.measure === 'cpuPercent') return (100 * result.cpuSeconds) / result.seconds;
  if (load.measure !== 'kbPerConnection') return result[load.measure];
  return (result.rssKb - result.rssBeforeKb) / (load.publishers + load.subscribers);
}
