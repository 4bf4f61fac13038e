/** Work that is done at an interval, and when it is asked for, but never twice at a time. It must not reject. */
export class PeriodicTask {
  readonly #work: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Does it every so many milliseconds from now on. The timer alone keeps no process alive. */
  every(intervalMs: number): this {
    this.#timer = setInterval(() => void this.run(), intervalMs).unref();
    return this;
  }

  /** Does it now, or waits for the end of what is under way. */
  run(): Promise<void> {
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Ends the repetition, and waits for the end of what is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
