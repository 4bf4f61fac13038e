/**
 * Who was refused, for operators who look for a device: collected, those that are the same together, and written in
 * batches. Strangers decide how many there are, so that everything here is bounded: rows of the table, clients that wait
 * for it, characters of what they wrote, lines of the log.
 */
import { createHash } from 'node:crypto';
import type { RefusedClient } from '@iotcore/store/data-plane';

/** A client that was refused, or a session that was ended for what it did. What is not known is absent. */
export interface Refused {
  /** A code of `refusalRule`. */
  readonly reason: string;
  readonly remoteAddress: string;
  readonly secure: boolean;
  readonly claimedId?: string | undefined;
  /** The certificate that it showed, DER. */
  readonly certificate?: Buffer | undefined;
  readonly clientId?: string | undefined;
  /** What a client wrote may stand in it. */
  readonly detail?: string | undefined;
  /** The registry, device or broker that it is known to be, if that is not `claimedId`. */
  readonly subjectId?: string | undefined;
}

export interface RefusedClientsParts {
  readonly flushMs: number;
  /** Answers how many rows are new. Rejects while the database is away. */
  write(refused: readonly RefusedClient[]): Promise<number>;
  /** Removes the oldest rows, so that so many are left. */
  forget(most: number): Promise<void>;
  now(): Date;
  /** A line of the log for each, to be throttled; what the client wrote is as short as in the table. */
  told(refused: RefusedClient): void;
  /** So many refusals were not recorded, since more came than may wait. */
  heldBack(count: number): void;
  failed(error: unknown): void;
}

/** Rows of the table, some 300 bytes each: a fleet of 40,000 that knocks before it was imported. */
const mostRows = 50_000;
/** How far the table may grow beyond, for each MQTT server, before the oldest rows go. */
const forgetEveryRows = 1000;
/** Different clients that wait to be written. A client that is not among them comes again. */
const mostWaiting = 1000;
const mostIdCharacters = 128;
const mostDetailCharacters = 512;

type Waiting = { -readonly [Field in keyof RefusedClient]: RefusedClient[Field] };

export class RefusedClients {
  readonly #parts: RefusedClientsParts;
  readonly #timer: NodeJS.Timeout;
  #waiting = new Map<string, Waiting>();
  #heldBack = 0;
  /** Rows that were added since the oldest were removed. The first flush removes them: who knows what was before. */
  #added = forgetEveryRows;
  #writing: Promise<void> | undefined;

  constructor(parts: RefusedClientsParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.flush(), parts.flushMs).unref();
  }

  /** Never blocks, never throws. */
  add(refused: Refused): void {
    const at = this.#parts.now();
    const row = toRow(refused, at);
    this.#parts.told(row);
    const key = JSON.stringify([
      row.claimedId,
      row.certificate?.fingerprint,
      row.address,
      row.secure,
      row.reason,
    ]);
    const same = this.#waiting.get(key);
    if (same) {
      Object.assign(same, { clientId: row.clientId, detail: row.detail, lastAt: at, count: same.count + 1 });
    } else if (this.#waiting.size < mostWaiting) {
      this.#waiting.set(key, row);
    } else {
      this.#heldBack++;
    }
  }

  async flush(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    await this.flush();
  }

  async #write(): Promise<void> {
    if (this.#heldBack > 0) this.#parts.heldBack(this.#heldBack);
    this.#heldBack = 0;
    if (this.#waiting.size === 0) return;
    const batch = this.#waiting;
    this.#waiting = new Map();
    try {
      this.#added += await this.#parts.write([...batch.values()]);
      if (this.#added < forgetEveryRows) return;
      this.#added = 0;
      await this.#parts.forget(mostRows);
    } catch (error) {
      // Given up rather than kept: whoever was refused comes again, and an outage must not pile them up.
      this.#parts.failed(error);
    }
  }
}

function toRow({ certificate, ...refused }: Refused, at: Date): Waiting {
  const claimedId = cut(refused.claimedId, mostIdCharacters);
  return {
    claimedId,
    certificate: certificate && {
      sha256: createHash('sha256').update(certificate).digest(),
      fingerprint: createHash('sha1').update(certificate).digest('hex'),
    },
    address: refused.remoteAddress,
    secure: refused.secure,
    reason: refused.reason,
    clientId: cut(refused.clientId, mostIdCharacters),
    detail: cut(refused.detail, mostDetailCharacters),
    subjectId: refused.subjectId ?? claimedId,
    ...{ firstAt: at, lastAt: at, count: 1 },
  };
}

/** At most so many characters; and none that Postgres, or a terminal, would not have. */
function cut(text = '', most: number): string {
  const short = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return short.toWellFormed().replaceAll('\0', '\uFFFD');
}
