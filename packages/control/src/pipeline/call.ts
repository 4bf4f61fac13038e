import { maxUserAgentCharacters } from '../limits.ts';

/** The caller and its address, as the edge saw them. Nothing here is verified yet. */
export interface CallOrigin {
  /** `Bearer …` or `Api-Key …`. */
  readonly credential: string | undefined;
  /** The client's IP address, behind the proxies that are trusted. */
  readonly address: string;
  readonly userAgent: string;
  /** Chosen by the edge, unique; the log, the audit trail and the answer have it. */
  readonly requestId: string;
  /** Since the epoch, in ms: the caller waits for the answer no longer than that. */
  readonly deadlineMs?: number;
  /** Absent where the caller has no safe place to keep a secret between its calls. */
  readonly session?: KeptSession | undefined;
  /** Aborts when the caller is gone, or does not want the answer any more. */
  readonly signal?: AbortSignal;
}

/** The secret of a session, which the edge has its caller keep: it stands in no input and no output. */
export interface KeptSession {
  /** What the caller has sent along; undefined if nothing. */
  readonly secret: string | undefined;
  /** Has the caller keep this one, until then. */
  keep(secret: string, until: Date): void;
  /** Has the caller forget it. */
  forget(): void;
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
