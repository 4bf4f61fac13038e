import { maxUserAgentCharacters } from '../limits.ts';

/** The caller and its address, as the edge saw them. Nothing here is verified yet. */
export interface CallOrigin {
  /** The value of `Authorization`: `Bearer …` or `Api-Key …`. */
  readonly credential: string | undefined;
  /** The client's IP address, behind the proxies that are trusted. */
  readonly address: string;
  readonly userAgent: string;
  /** Chosen by the edge, unique; the log, the audit trail and the answer have it. */
  readonly requestId: string;
  /** Since the epoch, in ms: the caller waits for the answer no longer than that. */
  readonly deadlineMs?: number;
  /** Absent where no browser calls from a page of this very origin. */
  readonly browser?: BrowserCookie | undefined;
  /** Aborts when the caller is gone, or does not want the answer any more. */
  readonly signal?: AbortSignal;
}

/** The cookie of the console, which no script can read. */
export interface BrowserCookie {
  /** What the browser sent; undefined if nothing. */
  readonly secret: string | undefined;
  /** Has the answer set the cookie until then; without arguments, take it away. */
  set(secret?: string, expiresAt?: Date): void;
}

/** What a call says. */
export interface CallInput {
  /** Every field of the operation's input, in proto3 JSON, wherever the edge found it. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Given by the caller, not yet checked; ignored by operations that take none. */
  readonly idempotencyKey?: string | readonly string[] | undefined;
  /** What the edge found wrong with the input itself: told together with everything else. */
  readonly violations?: readonly { readonly field: string; readonly description: string }[];
}

/** What becomes of calls, for metrics. */
export interface CallObserver {
  rateLimited(rate: 'calls' | 'credentials'): void;
}

/** Where a call came from and which it was, for the audit trail. */
export function originForRecord({ address, userAgent, requestId }: CallOrigin) {
  return { remoteIp: address, userAgent: userAgent.slice(0, maxUserAgentCharacters), requestId };
}
