import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Wrong passwords are answered at multiples of `beatMs` after they came: longer than checking a handful of hashes takes,
 * so that neither an ID's existence nor its number of passwords shows. The function waits until the next one since
 * `startedAt` (of `performance.now()`).
 */
export function createEqualDelay(
  beatMs: number,
  now: () => number = () => performance.now(),
  wait: (ms: number) => Promise<unknown> = sleep,
): (startedAt: number) => Promise<void> {
  return async (startedAt) => {
    const elapsed = now() - startedAt;
    await wait(beatMs - (elapsed % beatMs));
  };
}
