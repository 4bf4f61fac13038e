/** Carries frames between simulated processes: late, twice, out of order, not at all, or after the cut has healed. */
import type { Carrier } from '../carriers/carrier.ts';
import type { Process, Timeline } from './timeline.ts';

interface Station {
  readonly process: Process;
  readonly machine: number;
  received(frame: Buffer): void;
}

export class Network {
  readonly #timeline: Timeline;
  readonly #stations = new Map<string, Station>();
  /** `from>to` of machines. */
  readonly #cuts = new Set<string>();
  frames = 0;
  /** How likely a frame that meets a cut comes after all, and long after it. */
  heldBack = 0.02;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  cut(from: number, to: number): void {
    this.#cuts.add(`${from}>${to}`);
  }

  heal(): void {
    this.#cuts.clear();
  }

  /** `hearsForeign`: a broken build, that takes what was for an earlier incarnation of its process. */
  carrierOf(process: Process, machine: number, hearsForeign = false): Carrier {
    let own: string | undefined;
    return {
      isConnected: true,
      open: async (incarnation, received) => {
        const station = { process, machine, received };
        if (own !== undefined && hearsForeign) this.#stations.set(own, addressedTo(incarnation, station));
        else if (own !== undefined) this.#stations.delete(own);
        own = incarnation;
        this.#stations.set(incarnation, station);
      },
      send: (to, frame) => {
        process.maySleep();
        this.#send(process, machine, frame, to);
      },
      close: async () => {
        if (own !== undefined) this.#stations.delete(own);
      },
    };
  }

  #send(process: Process, machine: number, frame: Buffer, to: string): void {
    const { random, isFaulty } = this.#timeline;
    // The bytes at this moment: a link writes new acknowledgements into frames that it sends again.
    const bytes = Buffer.from(frame);
    this.frames++;
    const station = this.#stations.get(to);
    if (!station) return;
    let delayMs = random.between(0.1, 2);
    const isCut = this.#cuts.has(`${machine}>${station.machine}`);
    if (isCut && !random.chance(this.heldBack)) return;
    if (isCut) delayMs = random.between(0, 15_000);
    else if (isFaulty && random.chance(0.01)) delayMs = random.between(0, 1_000);
    else if (isFaulty && random.chance(0.005)) return;
    this.#arrive(station, to, bytes, process.nowMs + delayMs);
    if (isFaulty && random.chance(0.01))
      this.#arrive(station, to, bytes, process.nowMs + random.between(0, 3_000));
  }

  #arrive(station: Station, to: string, bytes: Buffer, atMs: number): void {
    this.#timeline.at(
      atMs,
      () => {
        if (this.#stations.get(to) === station) station.received(bytes);
      },
      station.process,
    );
  }
}

/** As if the frames were for this incarnation. */
function addressedTo(incarnation: string, station: Station): Station {
  return {
    ...station,
    received(frame) {
      const copy = Buffer.from(frame);
      copy.write(incarnation, 18, 16, 'hex');
      station.received(copy);
    },
  };
}
