import { setTimeout as delay } from 'node:timers/promises';

/** Lets calls begin at an even pace: at most `perSecond` of them each second. */
export class Pace {
  readonly #intervalMs: number;
  readonly #signal: AbortSignal;
  #next = 0;

  constructor(perSecond: number, signal: AbortSignal) {
    this.#intervalMs = 1_000 / perSecond;
    this.#signal = signal;
  }

  /** Resolves when it is this call's turn; fails when the command is interrupted. */
  async turn(): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, this.#next);
    this.#next = at + this.#intervalMs;
    if (at > now) await delay(at - now, undefined, { signal: this.#signal });
    this.#signal.throwIfAborted();
  }
}
