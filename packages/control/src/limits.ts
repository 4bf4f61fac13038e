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
/** A session of a browser ends after a working day, and an hour after it was last used. */
export const browserSessionMs = 12 * 3_600_000;
export const browserIdleMs = 3_600_000;
/** That a session is used is written down no more often: it may end that much earlier. */
export const browserTouchMs = 60_000;
/** A sign-in link is for now. */
export const signInCodeMs = 10 * 60_000;
/** Of one account; the oldest ends for a new one, so that nobody can fill the table. */
export const maxBrowserSessions = 100;
/** Of one account; the oldest goes for a new one. */
export const maxSignInCodes = 10;
/** User agents are stored in the audit trail. */
export const maxUserAgentCharacters = 256;
/** Time that an MQTT server has to take a published message. */
export const publishTimeoutMs = 5000;
/** Streams of one caller that are open at a time, in one process: a live view in each of some windows. */
export const maxStreamsOfCaller = 4;
/** How often it is looked at whether the caller of an open stream may still have it, in ms: it ends within a second. */
export const streamCheckMs = 500;
/** How often an open watch looks for MQTT servers that came, in ms. */
export const watchNodesMs = 2000;
/** An MQTT server that has sent nothing of a watch for so long is gone, in ms: it pings every 5 s. */
export const watchSilenceMs = 15_000;
/** So that proxies keep a stream open, and its reader knows that it is, in ms. */
export const watchPingMs = 15_000;
/** How long an Idempotency-Key is remembered. */
export const idempotencyKeyHours = 24;

/** So many within a window, at once or spread over it. `windowMs` in ms. */
export function rateOf(count: number, windowMs: number): Rate {
  return { burst: count, perSecond: (count * 1000) / windowMs };
}
