import type { RunningBroker } from '../brokers/broker.ts';
import type { Fleet, Published } from '../load/fleet-loader.ts';
import { cpuSeconds, residentMiB } from '../process.ts';

/** Ten seconds of a soak. */
export interface Sample extends Published {
  readonly rssMiB: number;
}

export interface Soak {
  readonly samples: readonly Sample[];
  readonly end: Published;
  /** The server's CPU for each message, from its publisher to the PUBACKs of both sides, µs. */
  readonly cpuMicros: number;
  /** Part of one core that the server used. */
  readonly cores: number;
  readonly memory: Memory;
}

export interface Memory {
  readonly firstMiB: number;
  readonly lastMiB: number;
  readonly mostMiB: number;
  /** Least squares, without the first tenth of the run, in which caches fill and code is compiled. */
  readonly slopeMiBPerHour: number;
}

/** Every device publishes once a second for `seconds`. */
export async function soak(
  fleet: Fleet,
  broker: RunningBroker,
  seconds: number,
  tell: (sample: Sample) => void,
): Promise<Soak> {
  const samples: Sample[] = [];
  const cpuBefore = await cpuSeconds(broker.pid);
  fleet.publish(seconds);
  for (;;) {
    const said = await fleet.next();
    if (said.event === 'up') continue;
    if (said.event === 'published') {
      const cpu = (await cpuSeconds(broker.pid)) - cpuBefore;
      const { received } = said;
      return {
        samples,
        end: said,
        cpuMicros: (cpu * 1e6) / received,
        cores: cpu / seconds,
        memory: memoryOf(samples),
      };
    }
    const sample = { ...said, rssMiB: await residentMiB(broker.pid) };
    samples.push(sample);
    tell(sample);
  }
}

function memoryOf(samples: readonly Sample[]): Memory {
  const settled = samples.slice(Math.ceil(samples.length / 10));
  const figures = settled.map(({ rssMiB }) => rssMiB);
  return {
    firstMiB: figures[0] ?? Number.NaN,
    lastMiB: figures.at(-1) ?? Number.NaN,
    mostMiB: Math.max(...figures),
    slopeMiBPerHour: 3600 * slope(settled.map(({ seconds, rssMiB }) => [seconds, rssMiB])),
  };
}

/** Of the line that fits best. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)];
  return mean(([x, y]) => (x - meanX) * (y - meanY)) / mean(([x]) => (x - meanX) ** 2);
}
