/** Lets one line of each kind through in a time, with the number of those that were held back since the last. */
export class ThrottledLog {
  readonly #intervalMs: number;
  readonly #now: () => number;
  readonly #kinds = new Map<string, { until: number; heldBack: number }>();

  constructor(intervalMs: number, now: () => number = () => performance.now()) {
    this.#intervalMs = intervalMs;
    this.#now = now;
  }

  /** `kind` is one of a fixed few. */
  say(kind: string, log: (heldBack: number) => void): void {
    const now = this.#now();
    const last = this.#kinds.get(kind);
    if (last && now < last.until) {
      last.heldBack++;
      return;
    }
    this.#kinds.set(kind, { until: now + this.#intervalMs, heldBack: 0 });
    log(last?.heldBack ?? 0);
  }
}
