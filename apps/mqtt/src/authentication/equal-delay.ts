import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Wrong passwords are answered at multiples of this after they came: longer than checking a handful of hashes takes, so
 * that neither an ID's existence nor its number of passwords shows; short enough for a person who mistyped.
 */
const BEAT_MS = 250;

/** Waits until the next beat since `startedAt` (of performance.now). */
export async function equalDelay(startedAt: number): Promise<void> {
  const elapsed = performance.now() - startedAt;
  await sleep(BEAT_MS - (elapsed % BEAT_MS));
}
