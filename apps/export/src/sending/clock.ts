import { setTimeout as sleep } from 'node:timers/promises';

/** Time as lanes see it; another in tests. */
export interface Clock {
  /** In ms, from any beginning. */
  now(): number;
  /** Rejects once the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<unknown>;
}

export const realClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};
