/**
 * The rows of the nodes, and statements on them. Each statement takes its time, may take effect although its caller gets an
 * error, and waits while another transaction holds the lock of the table.
 */
import { isAlive, type NodeRow, type NodeState, nodeStates } from '../../members/node-row.ts';
import type { MemberStatements } from '../../members/statements.ts';
import type { Process, Timeline } from '../timeline/timeline.ts';

/** A transaction that is idle for this long loses its lock, in ms. */
const idleMs = 2_000;

/** What is stored of a permanent topic. */
export interface StoredValue {
  readonly topic: string;
  readonly value: string;
  readonly version: number;
  readonly writer: string;
}

interface MutableRow {
  incarnation: string;
  number: number;
  state: NodeState;
  renewals: number;
  misses: readonly string[];
}

export class SimulatedDatabase {
  readonly #timeline: Timeline;
  readonly #rows = new Map<string, MutableRow>();
  #lastNumber = 0;
  /** The transaction that holds the lock. */
  #lock: object | undefined;
  readonly #waiting: (() => void)[] = [];
  isUp = true;
  /** How likely a statement comes late, by up to 3 s. */
  lateness = 0.02;
  /** Since when every living machine reaches it. */
  upSinceMs = 0;
  readonly unreachableFrom = new Set<number>();
  /** From these machines statements take so much longer, in ms. */
  readonly lateFromMs = new Map<number, number>();
  readonly #stored = new Map<string, StoredValue>();
  #lastVersion = 0;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  get rows(): readonly NodeRow[] {
    return [...this.#rows.values()].map((row) => ({ ...row }));
  }

  stateOf(incarnation: string): NodeState | undefined {
    return this.#rows.get(incarnation)?.state;
  }

  heal(): void {
    this.isUp = true;
    this.unreachableFrom.clear();
    this.lateFromMs.clear();
    this.upSinceMs = this.#timeline.nowMs;
  }

  /** What a supervisor writes that has seen the process end. */
  end(incarnation: string): void {
    this.#move(incarnation, 'ended');
  }

  stored(topic: string): StoredValue | undefined {
    return this.#stored.get(topic);
  }

  /** Answers the version; undefined: the writer is not a member, and nothing was stored. */
  store(
    process: Process,
    machine: number,
    { topic, value, writer, isFenced }: Omit<StoredValue, 'version'> & { readonly isFenced: boolean },
  ): Promise<number | undefined> {
    return this.#ask(process, machine, () => {
      if (isFenced && this.#rows.get(writer)?.state !== 'member') return undefined;
      const version = ++this.#lastVersion;
      this.#stored.set(topic, { topic, value, version, writer });
      return version;
    });
  }

  readStored(process: Process, machine: number, topic: string): Promise<StoredValue | undefined> {
    return this.#ask(process, machine, () => this.#stored.get(topic));
  }

  readRetainedBy(process: Process, machine: number, writer: string): Promise<readonly StoredValue[]> {
    return this.#ask(process, machine, () =>
      [...this.#stored.values()].filter((stored) => stored.writer === writer),
    );
  }

  statementsOf(process: Process, machine: number): MemberStatements {
    const ask = <T>(work: () => T) => this.#ask(process, machine, work);
    return {
      join: (incarnation) =>
        ask(() => {
          const number = ++this.#lastNumber;
          this.#rows.set(incarnation, { incarnation, number, state: 'joining', renewals: 0, misses: [] });
        }),
      renew: (incarnation, misses) =>
        ask(() => {
          const row = this.#rows.get(incarnation);
          if (!row || !isAlive(row)) return undefined;
          row.renewals++;
          row.misses = misses;
          return this.rows;
        }),
      promote: (incarnation, others) =>
        ask(() => {
          const living = this.rows.filter((row) => isAlive(row) && row.incarnation !== incarnation);
          const isSame = living.length === others.length;
          if (!isSame || !living.every((row) => others.includes(row.incarnation))) return false;
          if (this.#rows.get(incarnation)?.state !== 'joining') return false;
          this.#move(incarnation, 'member');
          return true;
        }),
      condemn: (incarnation, decide) => this.#condemn(process, machine, incarnation, decide),
      end: (incarnation) => ask(() => this.#move(incarnation, 'ended')),
    };
  }

  #move(incarnation: string, state: NodeState): void {
    const row = this.#rows.get(incarnation);
    if (row && nodeStates.indexOf(state) > nodeStates.indexOf(row.state)) row.state = state;
  }

  async #condemn(
    process: Process,
    machine: number,
    incarnation: string,
    decide: (rows: readonly NodeRow[]) => readonly string[],
  ): Promise<void> {
    const lock = {};
    const rows = await this.#ask(process, machine, () => {
      this.#lock = lock;
      this.#timeline.after(idleMs, () => this.#unlock(lock));
      return this.rows;
    });
    process.maySleep();
    const doomed = decide(rows);
    process.maySleep();
    await this.#ask(
      process,
      machine,
      () => {
        if (this.#lock !== lock) throw new Error('the transaction has ended');
        const observer = this.#rows.get(incarnation);
        if (observer && isAlive(observer)) {
          for (const one of doomed) {
            this.#timeline.log(`database: ${one.slice(0, 4)} is condemned by ${incarnation.slice(0, 4)}`);
            this.#move(one, 'condemned');
          }
        }
        this.#unlock(lock);
      },
      lock,
    );
  }

  #unlock(lock: object): void {
    if (this.#lock !== lock) return;
    this.#lock = undefined;
    const waiting = this.#waiting.splice(0);
    for (const work of waiting) work();
  }

  /** A statement: there, done at once with all others of its moment apart, and back. */
  #ask<T>(process: Process, machine: number, work: () => T, lock?: object): Promise<T> {
    const { random, isFaulty } = this.#timeline;
    process.maySleep();
    const isLate = isFaulty && random.chance(this.lateness);
    const thereMs = isLate ? random.between(0, 3_000) : random.between(0.3, 5);
    const isUnheard = isFaulty && random.chance(0.01);
    return new Promise<T>((resolve, reject) => {
      const answer = (give: () => void) =>
        this.#timeline.at(this.#timeline.nowMs + random.between(0.3, 5), give, process);
      const refuse = (error: Error) => answer(() => reject(error));
      const arrive = () => {
        if (!this.isUp || this.unreachableFrom.has(machine)) {
          refuse(new Error('the database is away'));
          return;
        }
        if (this.#lock !== undefined && this.#lock !== lock) {
          this.#waiting.push(arrive);
          return;
        }
        try {
          const result = work();
          if (isUnheard) refuse(new Error('the connection was lost'));
          else answer(() => resolve(result));
        } catch (error) {
          refuse(error as Error);
        }
      };
      this.#timeline.at(process.nowMs + thereMs + (this.lateFromMs.get(machine) ?? 0), arrive);
    });
  }
}
