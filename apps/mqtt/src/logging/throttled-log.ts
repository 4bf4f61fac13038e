/** Lets one line of each name through in a time, with the number of those that were held back since the last. */
export class ThrottledLog {
  readonly #intervalMs: number;
  readonly #now: () => number;
  readonly #names = new Map<string, { until: number; heldBack: number }>();

  constructor(intervalMs: number, now: () => number = () => performance.now()) {
    this.#intervalMs = intervalMs;
    this.#now = now;
  }

  /** `name` is one of a fixed few. */
  say(name: string, log: (heldBack: number) => void): void {
    const now = this.#now();
    const last = this.#names.get(name);
    if (last && now < last.until) {
      last.heldBack++;
      return;
    }
    this.#names.set(name, { until: now + this.#intervalMs, heldBack: 0 });
    log(last?.heldBack ?? 0);
  }
}
