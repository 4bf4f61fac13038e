/**
 * The clients that were refused, for an operator who looks for a device: collected, equal ones as one, and written in batches.
 * Strangers decide how many there are, so that everything here is bounded: rows of the table, clients that wait for it,
 * characters of what they wrote, lines of the log.
 */
import { createHash } from 'node:crypto';
import { addressBlock, cutText } from '@iotcore/model';
import { PeriodicTask } from '@iotcore/process';
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
  /** The folder that this is in. */
  readonly folderId?: string | undefined;
}

export interface RefusedClientsParts {
  readonly flushMs: number;
  /** Answers how many rows are new. Rejects while the database is away. */
  write(refused: readonly RefusedClient[]): Promise<number>;
  /** Removes old rows, so that so many are left. */
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
/** Of them from one address block, or from blocked addresses: a stranger that is always there leaves room for others. */
const mostWaitingOfCrowd = 250;
const mostIdCharacters = 128;
const mostDetailCharacters = 512;

type Row = { -readonly [Field in keyof RefusedClient]: RefusedClient[Field] };

export class RefusedClients {
  readonly #parts: RefusedClientsParts;
  readonly #writing = new PeriodicTask(() => this.#write());
  #waiting = new Waiting();
  #heldBack = 0;
  /** Rows that were added since the oldest were removed. The first flush removes them: there may be too many from before. */
  #added = forgetEveryRows;

  constructor(parts: RefusedClientsParts) {
    this.#parts = parts;
    this.#writing.every(parts.flushMs);
  }

  /** Never blocks, never throws. */
  add(refused: Refused): void {
    const row = toRow(refused, this.#parts.now());
    this.#parts.told(row);
    if (!this.#waiting.add(row)) this.#heldBack++;
  }

  flush(): Promise<void> {
    return this.#writing.run();
  }

  async stop(): Promise<void> {
    await this.#writing.stop();
    await this.flush();
  }

  async #write(): Promise<void> {
    if (this.#heldBack > 0) this.#parts.heldBack(this.#heldBack);
    this.#heldBack = 0;
    const batch = this.#waiting.rows();
    if (batch.length === 0) return;
    this.#waiting = new Waiting();
    try {
      this.#added += await this.#parts.write(batch);
      if (this.#added < forgetEveryRows) return;
      this.#added = 0;
      await this.#parts.forget(mostRows);
    } catch (error) {
      // Given up rather than kept: a client that was refused comes again, and an outage must not pile them up.
      this.#parts.failed(error);
    }
  }
}

/** Different clients between two writes: as many as may wait, and of one crowd a part of these. */
class Waiting {
  readonly #rows = new Map<string, Row>();
  readonly #ofCrowd = new Map<string, number>();

  rows(): Row[] {
    return [...this.#rows.values()];
  }

  /** False: there is no room for it. */
  add(row: Row): boolean {
    const { claimedId, certificate, address, secure, reason, folderId } = row;
    const key = JSON.stringify([claimedId, certificate?.fingerprint, address, secure, reason, folderId]);
    const same = this.#rows.get(key);
    if (same) {
      const { clientId, detail, lastAt } = row;
      Object.assign(same, { clientId, detail, lastAt, count: same.count + 1 });
      return true;
    }
    const crowd = crowdOf(row);
    const ofCrowd = this.#ofCrowd.get(crowd) ?? 0;
    if (this.#rows.size >= mostWaiting || ofCrowd >= mostWaitingOfCrowd) return false;
    this.#rows.set(key, row);
    this.#ofCrowd.set(crowd, ofCrowd + 1);
    return true;
  }
}

/** Blocked ranges may have any number of addresses, and an operator knows of them already. */
function crowdOf({ reason, address }: Row): string {
  return reason === 'address blocked' ? reason : addressBlock(address);
}

function toRow({ certificate, ...refused }: Refused, at: Date): Row {
  const claimedId = cutText(refused.claimedId ?? '', mostIdCharacters);
  return {
    claimedId,
    certificate: certificate && {
      sha256: createHash('sha256').update(certificate).digest(),
      fingerprint: createHash('sha1').update(certificate).digest('hex'),
    },
    address: refused.remoteAddress,
    secure: refused.secure,
    reason: refused.reason,
    clientId: cutText(refused.clientId ?? '', mostIdCharacters),
    detail: cutText(refused.detail ?? '', mostDetailCharacters),
    subjectId: refused.subjectId ?? claimedId,
    folderId: refused.folderId,
    ...{ firstAt: at, lastAt: at, count: 1 },
  };
}
