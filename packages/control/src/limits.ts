/** Bounds of the control plane that are no settings: each with its unit and its reason. */

/** One import writes at a time; some wait with their input in memory, and one more is told to come again. */
export const importQueue = { maxRunning: 1, maxWaiting: 8 };
/** Calls with bad credentials from one address in a minute. */
export const badCredentialsPerMinute = 120;
/** User agents are stored in the audit trail. */
export const maxUserAgentCharacters = 256;
/** Time that a data-plane node has to take a published message. */
export const publishTimeoutMs = 5000;
/** How long an Idempotency-Key is remembered. */
export const idempotencyKeyHours = 24;
