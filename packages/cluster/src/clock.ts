/** Time, as a node sees it: everything in this package that waits asks a clock that it was given. */
export interface Clock {
  /** Milliseconds of a clock that never goes back. Those of two machines have nothing to do with each other. */
  nowMs(): number;
  /** Calls `work` once, after so many milliseconds. Answers what calls it off. */
  after(ms: number, work: () => void): () => void;
  /** Calls `work` at the end of this tick of the event loop. */
  soon(work: () => void): void;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms).unref();
    return () => clearTimeout(timer);
  },
  soon: (work) => void setImmediate(work),
};
