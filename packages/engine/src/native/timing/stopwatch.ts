/**
 * How long this thread has worked. On a busy machine the clock also counts the time in which other threads had the processor;
 * work that is cut by the clock would then be cut into smaller pieces for nothing. So the thread's own time is read, which
 * costs a microsecond or two, but only once the clock says that the time may be up.
 */
/** The kernel counts a thread's time in steps of its timer, 4 ms as Linux is built by most: what it says may be that much too little. */
const mostTimesAsLong = 1.25;

export class Stopwatch {
  readonly #now: () => number;
  readonly #cpu: () => number;
  #startMs = 0;
  #startCpuMs: number | undefined;

  /** `now`: a clock in milliseconds that never goes back. `cpu`: the thread's own time, in milliseconds. */
  constructor(now: () => number = () => performance.now(), cpu: () => number = threadMs) {
    this.#now = now;
    this.#cpu = cpu;
  }

  /** By the clock. */
  get startMs(): number {
    return this.#startMs;
  }

  /** Begins anew. `isExact`: also with the thread's own time. */
  start(isExact: boolean): void {
    this.#startMs = this.#now();
    this.#startCpuMs = isExact ? this.#cpu() : undefined;
  }

  /** By the clock. */
  hasPassed(ms: number): boolean {
    return this.#now() - this.#startMs >= ms;
  }

  /** By the thread's own time, as far as that was looked at; but by the clock if that is far ahead. */
  hasWorked(ms: number): boolean {
    if (!this.hasPassed(ms)) return false;
    if (this.#startCpuMs === undefined || this.hasPassed(mostTimesAsLong * ms)) return true;
    return this.#cpu() - this.#startCpuMs >= ms;
  }
}

/** Node 22 does not tell it everywhere: there the time of the whole process stands in, which is more, so that work is cut earlier. */
function threadMs(): number {
  const { threadCpuUsage } = process as { readonly threadCpuUsage?: typeof process.cpuUsage };
  const { user, system } = threadCpuUsage ? threadCpuUsage() : process.cpuUsage();
  return (user + system) / 1_000;
}
