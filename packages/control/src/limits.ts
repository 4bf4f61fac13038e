/** Bounds of the control plane that are no settings: each with its unit and its reason. */
import type { Rate } from '@iotcore/process';

/** One import writes at a time; some wait with their input in memory, and one more is told to come again. */
export const importQueue = { maxRunning: 1, maxWaiting: 8 };
/** Calls with bad credentials from one address in a minute. */
export const badCredentialsPerMinute = 120;
/** Callers or addresses whose rate is known at a time, some 150 bytes each; the one that has not called for the longest time is forgotten. */
export const maxRateKeys = 10_000;
/** Callers, keys and tokens that are remembered once they were looked up, of each so many; some 100 to 300 bytes each. */
export const maxRemembered = 10_000;
/** User agents are stored in the audit trail. */
export const maxUserAgentCharacters = 256;
/** Time that an MQTT server has to take a published message. */
export const publishTimeoutMs = 5000;
/** How long an Idempotency-Key is remembered. */
export const idempotencyKeyHours = 24;

/** So many within a window, at once or spread over it. `windowMs` in ms. */
export function rateOf(count: number, windowMs: number): Rate {
  return { burst: count, perSecond: (count * 1000) / windowMs };
}
