/**
 * A target takes batches, and says of each what became of it. Every kind is one folder, loaded when an export uses it; none
 * knows of logs, leases or retries.
 */

/** A message as it goes out. */
export interface OutgoingMessage {
  /** In the log of the export. */
  readonly position: number;
  /** A UUID of version 7: the same for every export, and whenever the message is sent again. */
  readonly eventId: string;
  /** In ms since 1970. */
  readonly receivedAtMs: number;
  /** The device that sent it; empty: none did. */
  readonly deviceId: string;
  readonly topic: string;
  readonly payload: Buffer;
}

/** Whose messages they are. */
export interface ExportIdentity {
  readonly exportId: string;
  readonly folderId: string;
  /** One of the two. */
  readonly registryId: string | null;
  readonly brokerId: string | null;
}

/** What an answer said, for people. */
export interface AnswerFacts {
  /** Of HTTP. */
  readonly status?: number | undefined;
  /** What is wrong, as a sentence. */
  readonly error?: string | undefined;
  /** The beginning of what the target answered; nothing secret is in it. */
  readonly answer?: string | undefined;
}

export type SendOutcome =
  | ({ readonly outcome: 'done' } & AnswerFacts)
  /** The messages are not taken, and will not be: all of them, or those at these indexes. */
  | ({ readonly outcome: 'refused'; readonly which?: readonly number[] } & AnswerFacts)
  /** Nobody is to blame but the way: the same again later, for as long as it takes. */
  | ({ readonly outcome: 'away'; readonly retryAfterMs?: number | undefined } & AnswerFacts)
  /** Nothing will be taken until something is changed; tried again all the same. */
  | ({ readonly outcome: 'misconfigured' } & AnswerFacts);

export interface Target {
  /** How many sends may be under way: `one` where the order of the target would suffer from more. */
  readonly sends: 'one' | 'many';
  /** Sends a batch, never empty. Rejects only once the signal is aborted, or for a bug. */
  send(batch: readonly OutgoingMessage[], signal: AbortSignal): Promise<SendOutcome>;
  close(): Promise<void>;
}
