/** Carries frames between simulated processes: late, twice, out of order, not at all, or after the cut has healed. */
import type { Carrier } from '../../carriers/carrier.ts';
import type { Process, Timeline } from '../timeline/timeline.ts';

interface Station {
  readonly process: Process;
  readonly machine: number;
  received(frame: Buffer): void;
}

export class Network {
  readonly #timeline: Timeline;
  readonly #stations = new Map<string, Station>();
  /** The last station that each process has opened: it also gets frames for the stations before it. */
  readonly #latest = new Map<Process, Station>();
  /** `from>to` of machines. */
  readonly #cuts = new Set<string>();
  #lateMs = 0;
  #isLate: (from: number, to: number) => boolean = () => false;
  frames = 0;
  /** Down: no frame leaves, and carriers know it, as when NATS is away. */
  isUp = true;
  /** How likely a frame that meets a cut comes after all, and long after it. */
  heldBack = 0.02;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** From now on, frames between machines for which `isLate` is true take this much longer. */
  delay(ms: number, isLate: (from: number, to: number) => boolean): void {
    this.#lateMs = ms;
    this.#isLate = isLate;
  }

  cut(from: number, to: number): void {
    this.#cuts.add(`${from}>${to}`);
  }

  heal(): void {
    this.#cuts.clear();
    this.#isLate = () => false;
  }

  carrierOf(process: Process, machine: number): Carrier {
    let own: string | undefined;
    const isUp = () => this.isUp;
    return {
      get isConnected() {
        return isUp();
      },
      open: async (incarnation, received) => {
        own = incarnation;
        const station = { process, machine, received };
        this.#stations.set(incarnation, station);
        this.#latest.set(process, station);
      },
      send: (to, frame) => {
        process.maySleep();
        this.#send(process, machine, frame, to);
      },
      close: async () => {
        if (own !== undefined) this.#stations.delete(own);
        this.#latest.delete(process);
      },
    };
  }

  #send(process: Process, machine: number, frame: Buffer, to: string): void {
    const { random, isFaulty } = this.#timeline;
    const bytes = Buffer.from(frame);
    this.frames++;
    const station = this.#stations.get(to);
    if (!station || !this.isUp) return;
    let delayMs = random.between(0.1, 2);
    if (this.#isLate(machine, station.machine)) delayMs += this.#lateMs;
    const isCut = this.#cuts.has(`${machine}>${station.machine}`);
    if (isCut && !random.chance(this.heldBack)) return;
    if (isCut) delayMs = random.between(0, 15_000);
    else if (isFaulty && random.chance(0.01)) delayMs = random.between(0, 1_000);
    else if (isFaulty && random.chance(0.005)) return;
    this.#arrive(station, bytes, process.nowMs + delayMs);
    if (isFaulty && random.chance(0.01))
      this.#arrive(station, bytes, process.nowMs + random.between(0, 3_000));
  }

  #arrive({ process }: Station, bytes: Buffer, atMs: number): void {
    this.#timeline.at(atMs, () => this.#latest.get(process)?.received(bytes), process);
  }
}
