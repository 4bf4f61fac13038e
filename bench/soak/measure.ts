import type { RunningBroker } from '../brokers/broker.ts';
import type { Fleet, Published } from '../load/fleet-loader.ts';
import { cpuMs, residentMiB } from '../process.ts';

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
  /**
   * Growth of the memory that is left after garbage collection: least squares over the least memory of each tenth of the run
   * (of two minutes at least), without the first, in which caches fill and code is compiled. NaN: too short to tell.
   */
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
  const cpuBefore = cpuMs(broker.pid);
  fleet.publish(seconds);
  for (;;) {
    const said = await fleet.next();
    if (said.event === 'up') continue;
    if (said.event === 'published') {
      const cpu = (cpuMs(broker.pid) - cpuBefore) / 1000;
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
  const figures = samples.map(({ rssMiB }) => rssMiB);
  return {
    firstMiB: figures[0] ?? Number.NaN,
    lastMiB: figures.at(-1) ?? Number.NaN,
    mostMiB: Math.max(...figures),
    slopeMiBPerHour: 3600 * slope(floors(samples).slice(1)),
  };
}

/** So long that garbage is collected in it at least once, in samples of ten seconds. */
const leastWindow = 12;

/** The least memory of each part of the run, and when it was. */
function floors(samples: readonly Sample[]): [seconds: number, mib: number][] {
  const window = Math.max(leastWindow, Math.floor(samples.length / 10));
  const points: [number, number][] = [];
  for (let from = 0; from + window <= samples.length; from += window) {
    const part = samples.slice(from, from + window);
    const least = part.reduce((a, b) => (b.rssMiB < a.rssMiB ? b : a));
    points.push([least.seconds, least.rssMiB]);
  }
  return points;
}

/** Of the line that fits best. */
function slope(points: readonly (readonly [x: number, y: number])[]): number {
  if (points.length < 3) return Number.NaN;
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [meanX, meanY] = [mean(([x]) => x), mean(([, y]) => y)];
  return mean(([x, y]) => (x - meanX) * (y - meanY)) / mean(([x]) => (x - meanX) ** 2);
}
