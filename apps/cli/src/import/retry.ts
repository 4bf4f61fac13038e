/** Calls that may be repeated, repeated while the server is away or asks to come back later. */

import { BackOff, type Clock, systemClock } from '@iotcore/process';

export interface RetryOptions {
  /** How long to go on trying one call. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Told before each wait. */
  waiting(reason: string): void;
  readonly clock?: Pick<Clock, 'nowMs' | 'sleep'>;
}

const pauses = { firstMs: 250, longestMs: 15_000 };

/** 408, 429 and everything that a proxy says of a server that is away. */
const passing: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** 500 may be a moment's trouble, or what this very request leads to. */
const mostTriesOf500 = 3;

/**
 * Makes a call of the SDK until its outcome is one that another try would not change; without a response, nothing
 * answered. What the server asks for in Retry-After is waited for; otherwise pauses double, with up to half of each left
 * to chance, so that clients which lost the same server do not return as one. Out of patience, the last outcome stands.
 */
export async function withRetries<T extends { readonly response?: Response | undefined }>(
  call: () => Promise<T>,
  { patienceMs, signal, waiting, clock = systemClock }: RetryOptions,
): Promise<T> {
  const deadline = clock.nowMs() + patienceMs;
  const backOff = new BackOff(pauses);
  for (let tries = 1; ; tries += 1) {
    const outcome = await call();
    const { response } = outcome;
    if (response && !isPassing(response, tries)) return outcome;
    const asked = Number(response?.headers.get('retry-after') ?? 0) * 1_000;
    const ms = asked > 0 ? asked : backOff.next();
    if (signal.aborted || clock.nowMs() + ms > deadline) return outcome;
    waiting(response ? `answers ${response.status}` : 'cannot be reached');
    await clock.sleep(ms, signal).catch(() => {});
  }
}

function isPassing({ status }: Response, tries: number): boolean {
  return passing.has(status) || (status === 500 && tries < mostTriesOf500);
}
