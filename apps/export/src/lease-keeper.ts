/**
 * Takes exports without a holder, keeps their leases, gives back what is more than its share, and stops sending for those that
 * another process has taken.
 */
import type { Clock } from '@iotcore/process/clock';
import { type Lease, type LeasedExport, leaseSeconds, type Taking } from '@iotcore/store/exports';

/** What sends for one export. */
export interface Runner {
  run(): Promise<void>;
  stop(): void;
}

export interface LeaseKeeperParts {
  readonly clock: Pick<Clock, 'nowMs' | 'after'>;
  /** How many exports each of the processes that live should hold, this one among them. */
  share(): Promise<number>;
  take(taking: Taking): Promise<readonly LeasedExport[]>;
  renew(leases: readonly Lease[]): Promise<ReadonlySet<string>>;
  giveBack(lease: Lease): Promise<void>;
  giveBackAll(): Promise<void>;
  /** Undefined: it cannot be sent for, which has been noted. */
  open(leased: LeasedExport, lost: () => void): Promise<Runner | undefined>;
  /** Told of errors, the database being away among them. */
  failed(error: unknown): void;
}

const roundMs = 1000;
/** Exports that are taken, or given back, in a round: so that of several processes that start together none takes all. */
const movedARound = 16;

interface Held {
  readonly lease: Lease;
  readonly runner: Runner | undefined;
  readonly running: Promise<void>;
  /** Until when the lease is surely ours, in ms of the clock. */
  untilMs: number;
}

export class LeaseKeeper {
  readonly #parts: LeaseKeeperParts;
  readonly #stopping = new AbortController();
  readonly #held = new Map<string, Held>();
  /** By export: what was let go of and is not at its end. Only a new lease of the same export waits for it. */
  readonly #ending = new Map<string, Promise<void>>();
  #wake: () => void = () => undefined;
  #running: Promise<void> | undefined;

  constructor(parts: LeaseKeeperParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#held.size;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Something has changed: look now. */
  wake(): void {
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#running;
    for (const id of [...this.#held.keys()]) this.#letGo(id);
    await Promise.all(this.#ending.values());
    await this.#parts.giveBackAll().catch((error: unknown) => this.#parts.failed(error));
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    // Beside the rounds: a round that waits for the database must not keep a lease that has ended.
    const endExpiring = this.#expireEachRound();
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      try {
        await this.#round();
      } catch (error) {
        this.#parts.failed(error);
      }
      const callOff = this.#parts.clock.after(roundMs, () => this.#wake());
      await woken;
      callOff();
    }
    endExpiring();
  }

  async #round(): Promise<void> {
    const askedAtMs = this.#parts.clock.nowMs();
    const renewed = await this.#parts.renew([...this.#held.values()].map(({ lease }) => lease));
    for (const [id, held] of [...this.#held]) {
      if (renewed.has(id)) held.untilMs = askedAtMs + leaseSeconds * 1000;
      else this.#letGo(id);
    }
    const share = await this.#parts.share();
    this.#giveBackBeyond(share);
    const takenAtMs = this.#parts.clock.nowMs();
    const room = share - this.#held.size;
    const taking = room > 0 ? { most: Math.min(room, movedARound) } : { most: movedARound, hasShare: true };
    // One that cannot be opened keeps no other from its lease; it runs out, and is taken again.
    for (const leased of await this.#parts.take(taking))
      await this.#begin(leased, takenAtMs).catch((error: unknown) => this.#parts.failed(error));
  }

  /** Another process has started: it takes what this one gives back, once nothing of it is under way here. */
  #giveBackBeyond(share: number): void {
    for (const [id, { lease }] of [...this.#held].slice(share, share + movedARound)) {
      this.#letGo(id);
      void this.#ending
        .get(id)
        ?.then(() => this.#parts.giveBack(lease))
        .catch((error: unknown) => this.#parts.failed(error));
    }
  }

  async #begin(leased: LeasedExport, takenAtMs: number): Promise<void> {
    const { lease } = leased;
    const runner = await this.#parts.open(leased, () => runner?.stop());
    // It may have been changed, and so taken from us, since the leases were renewed.
    this.#letGo(lease.exportId);
    const before = this.#ending.get(lease.exportId) ?? Promise.resolve();
    const held: Held = {
      ...{ lease, runner, running: before.then(() => runner?.run()) },
      untilMs: takenAtMs + leaseSeconds * 1000,
    };
    this.#held.set(lease.exportId, held);
    // What came to its end by itself is not renewed, and begins anew with another lease.
    if (runner) void held.running.then(() => this.#forget(held));
  }

  #forget(held: Held): void {
    const { exportId } = held.lease;
    if (this.#held.get(exportId) === held) this.#held.delete(exportId);
  }

  /** Answers what ends it. */
  #expireEachRound(): () => void {
    let callOff = () => {};
    const look = () => {
      this.#letGoOfExpired();
      callOff = this.#parts.clock.after(roundMs, look);
    };
    look();
    return () => callOff();
  }

  /** A process that was frozen, or cannot reach the database, must not send for what may be another's by now. */
  #letGoOfExpired(): void {
    const now = this.#parts.clock.nowMs();
    for (const [id, { untilMs }] of [...this.#held]) if (untilMs <= now) this.#letGo(id);
  }

  /** A target that is slow to be left harms no other: it is not waited for here. */
  #letGo(exportId: string): void {
    const held = this.#held.get(exportId);
    if (!held) return;
    this.#held.delete(exportId);
    held.runner?.stop();
    const ended = held.running.finally(() => {
      if (this.#ending.get(exportId) === ended) this.#ending.delete(exportId);
    });
    this.#ending.set(exportId, ended);
  }
}
