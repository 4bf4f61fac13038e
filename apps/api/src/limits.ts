/** Bounds of the API that are no settings: each with its unit and its reason. */

/** Body of a request. The largest legal one is a publish: 262,144 bytes in base64. */
export const maxBodyBytes = 1024 * 1024;
/** Body of an import: 1,000 entries, half of them certificates of RSA keys as long as they come. */
export const maxImportBodyBytes = 8 * 1024 * 1024;
/** Of a body that is too large so much is read, and forgotten, before the answer: by mistake hardly anybody sends more. */
export const maxDiscardedBytes = 16 * 1024 * 1024;
/**
 * What a body may hold. The deepest legal one has four levels: an import, its entries, one, its labels. The largest usual
 * one has some 300 values (100 certificates, 64 labels); the rest is for mistakes, so that they are told by name.
 */
export const maxJson = { levels: 32, values: 10_000 };
/** An import may have 1,000 devices with 64 labels and 5 aliases each. */
export const maxImportJson = { levels: 32, values: 100_000 };
/** One import writes at a time; some wait with their bodies in memory, and one more is told to come again. */
export const importQueue = { maxRunning: 1, maxWaiting: 8 };
/** All headers of a request. A token is the largest of them. */
export const maxHeaderBytes = 16 * 1024;
export const maxHeaders = 100;
/** From the first byte to the last of the headers: who is slower only holds a connection. */
export const headersTimeoutMs = 10_000;
/** From the first byte to the last of a request: 1 MiB over a slow line. */
export const requestTimeoutMs = 30_000;
/** A connection on which nothing moves at all. */
export const connectionTimeoutMs = 60_000;
/** A connection kept for a next request. */
export const keepAliveTimeoutMs = 65_000;
/** How often slow requests are looked for: a time-out comes that much later at most. */
export const timeoutCheckMs = 2000;
/** A parameter of a path: IDs have 50 characters, percent-encoding may triple them. */
export const maxPathParameterCharacters = 200;
/** Calls with bad credentials from one address in a minute. */
export const badCredentialsPerMinute = 120;
/** User agents are stored in the audit trail. */
export const maxUserAgentCharacters = 256;
/** Time that a data-plane node has to take a published message. */
export const publishTimeoutMs = 5000;
/** How long an Idempotency-Key is remembered. */
export const idempotencyKeyHours = 24;
