import type { Principal } from '@iotcore/model';
import { PeriodicTask } from '@iotcore/process';
import type { LogLine } from '@iotcore/store/data-plane';

export interface ConnectionLogParts {
  /** How long a line may wait for others to share its statement. */
  readonly flushMs: number;
  /** Appends lines in one statement. Rejects while the database is away. */
  write(lines: readonly LogLine[]): Promise<void>;
  /** Does the error mean that the database is away, and the lines are worth another try? */
  isAway(error: unknown): boolean;
  now(): Date;
  /** Told of each line at once, also of those that the options of a log leave out when it is written. */
  told(line: LogLine): void;
  failed(error: unknown): void;
}

/** The registry, device or broker whose log it is. */
export type LogOwner = Pick<Principal, 'id' | 'folderId'>;

/** Lines that wait for the database, some 200 bytes each: an outage of a minute at a hundred connections a second. */
const maxWaiting = 20_000;
/** Lines in one statement, which messages wait for while it is put together: a millisecond. */
const batchLines = 250;
/** And when it stops, and there are no messages any more: all must be written within the seconds that a stop may take. */
const lastBatchLines = 5000;
/** Refusals kept for one resource between two flushes: a client that guesses at passwords must not fill a device's log. */
const maxRefusalsOfResource = 5;

/** Collects the lines of the connection log and writes them in batches; never blocks, never grows without bound. */
export class ConnectionLog {
  readonly #parts: ConnectionLogParts;
  readonly #waiting: LogLine[] = [];
  readonly #refusals = new Map<string, number>();
  readonly #writing = new PeriodicTask(() => this.#writeAll());
  #dropped = 0;
  #isStopping = false;

  constructor(parts: ConnectionLogParts) {
    this.#parts = parts;
    this.#writing.every(parts.flushMs);
  }

  /** Lines that were given up, since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** A line about a resource that exists (or did, until just now). */
  add(
    { id: resourceId, folderId }: LogOwner,
    level: LogLine['level'],
    reason: string,
    message: string,
  ): void {
    this.#push({ resourceId, folderId, at: this.#parts.now(), level, reason, message, mustExist: false });
  }

  /** A refusal: the ID is what a stranger wrote, and the line is kept only if there is such a resource. */
  addRefusal({ id: resourceId, folderId }: LogOwner, reason: string, message: string): void {
    const earlier = this.#refusals.get(resourceId) ?? 0;
    if (earlier >= maxRefusalsOfResource) {
      this.#dropped++;
      return;
    }
    this.#refusals.set(resourceId, earlier + 1);
    const at = this.#parts.now();
    this.#push({ resourceId, folderId, at, level: 'WARN', reason, message, mustExist: true });
  }

  /** Writes what waits. Lines stay in their order, also over a failure. */
  flush(): Promise<void> {
    return this.#writing.run();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#writing.stop();
    await this.flush();
  }

  get #mostLines(): number {
    return this.#isStopping ? lastBatchLines : batchLines;
  }

  #push(line: LogLine): void {
    this.#parts.told(line);
    if (this.#waiting.length >= maxWaiting) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(line);
    if (this.#waiting.length === batchLines) void this.flush();
  }

  /** A batch that the database refuses is halved until the line is found that it will not have: that one is given up. */
  async #writeAll(): Promise<void> {
    this.#refusals.clear();
    let most = this.#mostLines;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, most);
      try {
        await this.#parts.write(batch);
        this.#waiting.splice(0, batch.length);
        most = this.#mostLines;
      } catch (error) {
        this.#parts.failed(error);
        if (this.#parts.isAway(error)) return;
        if (batch.length === 1) {
          this.#waiting.shift();
          this.#dropped++;
        }
        most = Math.max(1, batch.length >> 1);
      }
    }
  }
}
