const firstDelayMs = 250;
const longestDelayMs = 10_000;
/** What ran this long did not fail because of how it was started. */
const steadyMs = 60_000;

/** How long to wait before something that ended is started again: twice as long each time, until it runs steadily. */
export class BackOff {
  #delayMs = firstDelayMs;

  /** The delay in ms after a run that lasted `ranMs`. */
  next(ranMs: number): number {
    if (ranMs >= steadyMs) this.#delayMs = firstDelayMs;
    const delayMs = this.#delayMs;
    this.#delayMs = Math.min(2 * delayMs, longestDelayMs);
    return delayMs;
  }
}
