import { setTimeout as sleep } from 'node:timers/promises';

/** Between two tries: twice as long each time, up to the most. */
const firstRetryMs = 100;
const longestRetryMs = 1000;

/**
 * Repeats a look-up for as long as the database is away: a session that publishes to a device it has not published to
 * before is held up by an outage, not ended by it. Only who asked waits, and its client's keep alive bounds that.
 */
export async function patiently<T>(isAway: (error: unknown) => boolean, load: () => Promise<T>): Promise<T> {
  for (let delayMs = firstRetryMs; ; delayMs = Math.min(2 * delayMs, longestRetryMs)) {
    try {
      return await load();
    } catch (error) {
      if (!isAway(error)) throw error;
    }
    await sleep(delayMs, undefined, { ref: false });
  }
}
