import { setTimeout as sleep } from 'node:timers/promises';

/** What a session that is open waits for a look-up while the database is away, before it is given up. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 250;

/**
 * Repeats a look-up while the database is away, for a while: a session that publishes to a device it has not published
 * to before is held up by a short outage rather than ended by it.
 */
export async function patiently<T>(isAway: (error: unknown) => boolean, load: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await load();
    } catch (error) {
      if (!isAway(error) || performance.now() >= deadline) throw error;
    }
    await sleep(RETRY_MS);
  }
}
