/**
 * Simulated time. Events happen one after the other, in an order that a seed decides. A process has its own clock, and may
 * sleep in the middle of its work. Its clock has then gone on, what it sends afterwards leaves later, and what arrives for it
 * meanwhile waits, and is handled in any order.
 */
import { setImmediate as endOfTick } from 'node:timers/promises';
import type { NodeClock } from '../../clock.ts';
import { EventQueue, type Sleeper } from './event-queue.ts';
import type { Random } from './random.ts';

export class Timeline {
  readonly random: Random;
  readonly #queue = new EventQueue();
  readonly #trace: ((line: string) => void) | undefined;
  nowMs = 0;
  /** From then on nothing goes wrong any more. */
  healedMs = Number.POSITIVE_INFINITY;
  /** From this time on nothing is published: messages sent before have time to arrive. */
  quietMs = Number.POSITIVE_INFINITY;

  constructor(random: Random, trace?: (line: string) => void) {
    this.random = random;
    this.#trace = trace;
  }

  get isFaulty(): boolean {
    return this.nowMs < this.healedMs;
  }

  at(ms: number, work: () => void, process?: Sleeper): void {
    this.#queue.push({ atMs: Math.max(ms, this.nowMs), order: this.random.next(), work, process });
  }

  after(ms: number, work: () => void): void {
    this.at(this.nowMs + ms, work);
  }

  log(text: string, atMs = this.nowMs): void {
    this.#trace?.(`${(atMs / 1000).toFixed(3).padStart(8)} s  ${text}`);
  }

  async run(untilMs: number): Promise<void> {
    for (;;) {
      const event = this.#queue.peek();
      if (!event || event.atMs > untilMs) break;
      this.#queue.pop();
      this.nowMs = event.atMs;
      const { process } = event;
      if (process && !process.isAlive) continue;
      if (process && process.busyUntilMs > event.atMs) {
        this.#queue.push({ ...event, atMs: process.busyUntilMs, order: this.random.next() });
        continue;
      }
      event.work();
      // What the code as built does in promises happens before anything else does.
      if (process) await endOfTick();
    }
    this.nowMs = untilMs;
  }
}

/** A process of the simulation: until it is killed. */
export class Process implements Sleeper {
  readonly name: string;
  readonly timeline: Timeline;
  /** How far its clock is from the timeline's: clocks of machines differ in their time, and slightly in their speed. */
  readonly #offsetMs: number;
  readonly #rate: number;
  readonly #sleepiness: number;
  isAlive = true;
  busyUntilMs = 0;

  constructor(timeline: Timeline, name: string, sleepiness: number) {
    this.timeline = timeline;
    this.name = name;
    this.#sleepiness = sleepiness;
    this.#offsetMs = timeline.random.between(0, 10_000_000);
    this.#rate = 1 + timeline.random.between(-0.01, 0.01);
  }

  /** The timeline's time that this process has reached. */
  get nowMs(): number {
    return Math.max(this.timeline.nowMs, this.busyUntilMs);
  }

  readonly clock: NodeClock = {
    nowMs: () => this.#offsetMs + this.nowMs * this.#rate,
    after: (ms, work) => {
      let isOff = false;
      this.timeline.at(this.nowMs + ms / this.#rate, () => !isOff && work(), this);
      return () => {
        isOff = true;
      };
    },
    soon: (work) => this.timeline.at(this.nowMs, work, this),
  };

  /** Time may pass here, between a check and the action after it. */
  maySleep(): void {
    const { random, isFaulty } = this.timeline;
    if (!isFaulty || !random.chance(this.#sleepiness)) return;
    this.sleep(random.chance(0.5) ? random.between(0, 1_500) : random.between(0, 20_000));
  }

  sleep(ms: number): void {
    this.timeline.log(`${this.name} sleeps ${(ms / 1000).toFixed(1)} s`, this.nowMs);
    this.busyUntilMs = this.nowMs + ms;
  }

  kill(): void {
    this.isAlive = false;
  }
}
