import { setTimeout as wait } from 'node:timers/promises';

/**
 * Time, for everything of ours that waits, measures or dates. A process makes one and hands it on, so that a test gives
 * another; `scripts/checks/check-clocks.ts` keeps the system's time out of where a clock is given. Only the engine has none of
 * it: it knows no other part, and takes functions.
 */
export interface Clock {
  /** Milliseconds of a clock that never goes back. Those of two machines have nothing to do with each other. */
  nowMs(): number;
  /** The time of day: for what is stored, shown, or told to another machine. It jumps when somebody sets it. */
  date(): Date;
  /** The same in ms since 1970: what is noted for each message needs no object. */
  dateMs(): number;
  /** Calls `work` once, after so many milliseconds; keeps no process alive. Answers what calls it off. */
  after(ms: number, work: () => void): () => void;
  /** Calls `work` at the end of this tick of the event loop. */
  soon(work: () => void): void;
  /** Rejects once the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  date: () => new Date(),
  dateMs: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms).unref();
    return () => clearTimeout(timer);
  },
  soon: (work) => void setImmediate(work),
  sleep: (ms, signal) => wait(ms, undefined, { signal }),
};

/** A pause that may be ended before its time. */
export interface Pause {
  readonly over: Promise<void>;
  end(): void;
}

/** Begins a pause of so many milliseconds. */
export function pauseFor(clock: Pick<Clock, 'after'>, ms: number): Pause {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const callOff = clock.after(ms, resolve);
  const end = () => {
    callOff();
    resolve();
  };
  return { over, end };
}
