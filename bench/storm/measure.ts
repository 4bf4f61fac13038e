import type { RunningBroker } from '../brokers/broker.ts';
import { Fleet, type FleetOptions } from '../load/fleet-loader.ts';
import { cpuMs, residentMiB } from '../process.ts';

/** The result of a storm at one server. */
export interface Storm {
  readonly title: string;
  /** Until all were connected for the first time, with nothing remembered of them, seconds. */
  readonly cold: number;
  /** Until all were back after a cut, seconds: each round. */
  readonly warm: readonly number[];
  /** The server's CPU for one of them in the best round, ms. */
  readonly cpuMs: number;
  /** Resident, with all connected: at first, and after the rounds. */
  readonly mib: readonly [before: number, after: number];
  /** At first and in all rounds: CONNECTs that were refused (try again), and attempts that were not answered. */
  readonly refused: number;
  readonly unanswered: number;
}

/** Connects a fleet, and cuts it `rounds` times. */
export async function measureStorm(
  title: string,
  broker: RunningBroker,
  options: Omit<FleetOptions, 'port'>,
  rounds: number,
): Promise<Storm> {
  const fleet = await Fleet.start({ ...options, port: broker.tlsPort });
  try {
    const cold = await fleet.up();
    let { refused, failed } = cold;
    const before = await residentMiB(broker.pid);
    const warm: number[] = [];
    const cpu: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const cpuBefore = cpuMs(broker.pid);
      const up = await fleet.cut();
      refused += up.refused;
      failed += up.failed;
      warm.push(up.seconds);
      cpu.push(cpuMs(broker.pid) - cpuBefore);
    }
    const after = await residentMiB(broker.pid);
    const cpuEach = Math.min(...cpu) / options.clients.length;
    return {
      title,
      cold: cold.seconds,
      warm,
      cpuMs: cpuEach,
      mib: [before, after],
      refused,
      unanswered: failed,
    };
  } finally {
    await fleet.stop();
  }
}

/** Markdown. */
export function stormTable(storms: readonly Storm[], devices: number): string {
  const rows = storms.map(({ title, cold, warm, cpuMs, mib, refused, unanswered }) => {
    const best = Math.min(...warm);
    return [
      title,
      cold.toFixed(1),
      warm.map((seconds) => seconds.toFixed(1)).join(' · '),
      `**${(devices / best).toFixed(0)}**`,
      cpuMs.toFixed(2),
      refused,
      unanswered,
      mib.map((figure) => figure.toFixed(0)).join(' → '),
    ];
  });
  const head = [
    'server and fleet',
    'first connection of all, s',
    'back after a cut, s',
    'rate of the best, per second',
    'CPU for each, ms',
    'told to try again',
    'not answered in time',
    'memory, MiB',
  ];
  const lines = [head, head.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
