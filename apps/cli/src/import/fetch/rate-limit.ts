import { setTimeout as delay } from 'node:timers/promises';

/** The time that a pace is kept by, in ms from some moment on. */
export interface Clock {
  now(): number;
  /** Fails once the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

const realClock: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) => delay(ms, undefined, { signal }),
};

/** Lets calls begin at an even pace: at most `perSecond` of them each second. */
export class Pace {
  readonly #intervalMs: number;
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  #next = 0;

  constructor(perSecond: number, signal: AbortSignal, clock = realClock) {
    this.#intervalMs = 1_000 / perSecond;
    this.#signal = signal;
    this.#clock = clock;
  }

  /** Resolves when it is this call's turn; fails when the command is interrupted. */
  async wait(): Promise<void> {
    const now = this.#clock.now();
    const at = Math.max(now, this.#next);
    this.#next = at + this.#intervalMs;
    if (at > now) await this.#clock.wait(at - now, this.#signal);
    this.#signal.throwIfAborted();
  }
}
