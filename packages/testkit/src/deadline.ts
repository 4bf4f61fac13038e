import { slowness } from './run/slowness.ts';

/**
 * How long anything in a test may take before it counts as never happening, in ms: a whole number, as child processes want it. A
 * limit for what hangs, no expectation of speed.
 */
export const patienceMs = Math.round(60_000 * slowness());

/** Settles as `promise` does, or fails with what was waited for. */
export async function within<T>(promise: Promise<T>, what: string, ms = patienceMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks again until `probe` returns something other than undefined, false or a rejection. For conditions that announce
 * themselves by no event (a port that opens, a row that appears).
 */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  ms = patienceMs,
): Promise<T> {
  const end = performance.now() + ms;
  let last: unknown = 'nothing';
  while (performance.now() < end) {
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${what}: not within ${ms} ms`, { cause: last });
}
