/** Bounds of the REST edge that are no settings: each with its unit and its reason. */
import type { ApiOperation } from '@iotcore/control';
import type { JsonLimits } from './http/json-size.ts';

/** Body of a request. The largest legal one is a publish: 262,144 bytes in base64. */
export const maxBodyBytes = 1024 * 1024;
/** Body of a large operation: an import has 1,000 entries, half of them certificates of RSA keys as long as they come. */
const maxLargeBodyBytes = 8 * 1024 * 1024;
/** Of a body that is too large so much is read, and forgotten, before the answer: by mistake hardly anybody sends more. */
export const maxDiscardedBytes = 16 * 1024 * 1024;
/**
 * What a body may hold. The deepest legal one has four levels: an import, its entries, one, its labels. The largest usual
 * one has some 300 values (100 certificates, 64 labels); the rest is for mistakes, so that they are told by name.
 */
const maxJson: JsonLimits = { levels: 32, values: 10_000 };
/** An import may have 1,000 devices with 64 labels and 5 aliases each. */
const maxLargeJson: JsonLimits = { levels: 32, values: 100_000 };
/** All headers of a request. A token is the largest of them. */
export const maxHeaderBytes = 16 * 1024;
export const maxHeaders = 100;
/** From the first byte to the last of the headers: a slower client only holds a connection. */
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

/** What a body of an operation may be. */
export function bodyLimitsOf(operation: ApiOperation | undefined) {
  return operation?.isLarge
    ? { bytes: maxLargeBodyBytes, json: maxLargeJson }
    : { bytes: maxBodyBytes, json: maxJson };
}
