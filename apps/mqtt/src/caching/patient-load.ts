import { BackOff } from '@iotcore/process';

/** Between two tries. */
const waits = { firstMs: 100, longestMs: 1000 };

/**
 * Repeats a look-up for as long as the database is away: a session that publishes to a device it has not published to
 * before is held up by an outage, not ended by it. Only the session that asked waits, and the keep alive of its client bounds that.
 */
export async function patiently<T>(isAway: (error: unknown) => boolean, load: () => Promise<T>): Promise<T> {
  const backOff = new BackOff(waits);
  for (;;) {
    try {
      return await load();
    } catch (error) {
      if (!isAway(error)) throw error;
    }
    await backOff.wait();
  }
}
