import { type Clock, systemClock } from '@iotcore/process';

/** Lets calls begin at an even pace: at most `perSecond` of them each second. */
export class Pace {
  readonly #intervalMs: number;
  readonly #signal: AbortSignal;
  readonly #clock: Pick<Clock, 'nowMs' | 'sleep'>;
  #next = 0;

  constructor(perSecond: number, signal: AbortSignal, clock: Pick<Clock, 'nowMs' | 'sleep'> = systemClock) {
    this.#intervalMs = 1_000 / perSecond;
    this.#signal = signal;
    this.#clock = clock;
  }

  /** Resolves when it is this call's turn; fails when the command is interrupted. */
  async wait(): Promise<void> {
    const now = this.#clock.nowMs();
    const at = Math.max(now, this.#next);
    this.#next = at + this.#intervalMs;
    if (at > now) await this.#clock.sleep(at - now, this.#signal);
    this.#signal.throwIfAborted();
  }
}
