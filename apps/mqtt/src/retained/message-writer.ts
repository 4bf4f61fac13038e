/**
 * Writes the messages of permanent topics. Those of all registries are committed together, while the next batch fills. If a
 * batch fails, or a row that it needs is locked, it is split: each registry is written alone for a while, and its messages
 * in halves until the one that cannot be stored is found. So a registry waits for its own locks, a message fails for its
 * own faults, and nobody else's.
 */
import type { Clock } from '@iotcore/process';
import {
  NotAMemberError,
  type RetainedMessageWrite,
  type RetainedOutcome,
  type RetainedWriteResult,
} from '@iotcore/store/data-plane';
import { PermanentQuotaError } from './errors.ts';
import type { UnstoredMessage, UnstoredMessages } from './unstored-messages.ts';

export interface MessageWriterParts {
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
  /** Commits all of them in one transaction, or those within their quota; waits so long for rows that are locked. */
  write(
    writes: readonly RetainedMessageWrite[],
    member: string | undefined,
    lockTimeoutMs: number,
  ): Promise<Pick<RetainedWriteResult, 'outcomes' | 'versions'>>;
  /** Does the error mean that the database is away, and the write is worth another try? */
  isAway(error: unknown): boolean;
  /** Does the error mean that a row was locked for too long? */
  isLocked(error: unknown): boolean;
  /** The node of the cluster that this process is now; undefined: it is alone. */
  memberOf(): string | undefined;
  toWrite(message: UnstoredMessage): RetainedMessageWrite;
  /** Told of each message that is stored or given up. */
  settled(message: UnstoredMessage): void;
}

/** What a batch of all registries waits for a locked row: what one registry may cost the others, once. */
const sharedLockTimeoutMs = 250;
const aloneLockTimeoutMs = 2000;
/** A registry in whose batch something went wrong is written alone for so long. */
const aloneMs = 10_000;
const retryMs = 250;

/**
 * - `shared`: batches of all registries.
 * - `alone`: registries that are written alone, and the parts of a batch that failed.
 * - `locked`: parts that were locked before. They keep one connection busy, and nobody waiting.
 */
type Lane = 'shared' | 'alone' | 'locked';

export class MessageWriter {
  readonly #parts: MessageWriterParts;
  readonly #messages: UnstoredMessages;
  readonly #stopping = new AbortController();
  readonly #running = new Map<Lane, Promise<void>>();
  readonly #split: UnstoredMessage[][] = [];
  readonly #locked: UnstoredMessage[][] = [];
  /** Registries that are written alone, and until when, in ms of the clock. */
  readonly #alone = new Map<string, number>();

  constructor(messages: UnstoredMessages, parts: MessageWriterParts) {
    this.#messages = messages;
    this.#parts = parts;
  }

  /** Begins to write what waits, as far as a lane is free. */
  start(): void {
    this.#forgetAlone();
    const { signal } = this.#stopping;
    this.#run('shared', () => {
      const batch = this.#messages.takeBatch((registryId) => this.#alone.has(registryId));
      return batch.length > 0 ? this.#writeShared(batch) : undefined;
    });
    this.#run('alone', () => {
      const part = this.#split.shift() ?? this.#takeAlone();
      return part && this.#writeAlone(part);
    });
    this.#run('locked', () => {
      const part = this.#locked.shift();
      return (
        part &&
        this.#parts.clock
          .sleep(retryMs, signal)
          .catch(() => undefined)
          .then(() => this.#writeAlone(part))
      );
    });
  }

  /** Writes what waits, unless the database stays away, and takes no more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  #run(lane: Lane, begin: () => Promise<void> | undefined): void {
    if (this.#running.has(lane)) return;
    const running = begin();
    if (!running) return;
    this.#running.set(
      lane,
      running.finally(() => {
        this.#running.delete(lane);
        this.start();
      }),
    );
  }

  #takeAlone(): UnstoredMessage[] | undefined {
    for (const registryId of this.#alone.keys()) {
      const batch = this.#messages.takeBatchOf(registryId);
      if (batch.length > 0) return batch;
    }
    return undefined;
  }

  #forgetAlone(): void {
    const nowMs = this.#parts.clock.nowMs();
    for (const [registryId, untilMs] of this.#alone) if (untilMs <= nowMs) this.#alone.delete(registryId);
  }

  async #writeShared(taken: readonly UnstoredMessage[]): Promise<void> {
    const batch = this.#ofThisMember(taken);
    const error = batch.length > 0 ? await this.#write(batch, sharedLockTimeoutMs) : undefined;
    if (error === undefined) return;
    const byRegistry = Map.groupBy(batch, ({ registryId }) => registryId);
    for (const registryId of byRegistry.keys())
      this.#alone.set(registryId, this.#parts.clock.nowMs() + aloneMs);
    if (byRegistry.size > 1) this.#split.push(...byRegistry.values());
    else this.#failed(batch, error);
  }

  async #writeAlone(taken: readonly UnstoredMessage[]): Promise<void> {
    const part = this.#ofThisMember(taken);
    const error = part.length > 0 ? await this.#write(part, aloneLockTimeoutMs) : undefined;
    if (error !== undefined) this.#failed(part, error);
  }

  /** Messages of one registry could not be written. */
  #failed(part: UnstoredMessage[], error: unknown): void {
    if (this.#parts.isLocked(error) && !this.#stopping.signal.aborted) this.#locked.push(part);
    else if (this.#parts.isLocked(error) || part.length === 1)
      for (const message of part) this.#settle(message, error);
    else {
      const half = part.length >> 1;
      this.#split.push(part.slice(0, half), part.slice(half));
    }
  }

  /** Writes until the database answers. Answers why nothing was stored, or undefined: every message is settled. */
  async #write(batch: readonly UnstoredMessage[], lockTimeoutMs: number): Promise<unknown> {
    const { signal } = this.#stopping;
    const writes = batch.map(this.#parts.toWrite);
    // Those of one batch have been taken by one life of this node: if another begins meanwhile, the database refuses them.
    const member = batch[0]?.member;
    for (;;) {
      try {
        const { outcomes, versions } = await this.#parts.write(writes, member, lockTimeoutMs);
        for (const [index, message] of batch.entries())
          this.#settle(message, refusalOf(outcomes[index]), versions[index]);
        return undefined;
      } catch (error) {
        const isRefused = error instanceof NotAMemberError;
        if (!isRefused && !this.#parts.isAway(error)) return error;
        // No message of the batch is at fault: each by itself would be refused as well.
        if (isRefused || signal.aborted) {
          for (const message of batch) this.#settle(message, error);
          return undefined;
        }
      }
      await this.#parts.clock.sleep(retryMs, signal).catch(() => undefined);
    }
  }

  /** The messages that this life of the node has taken. Those of an earlier one may be older than what was stored since. */
  #ofThisMember(batch: readonly UnstoredMessage[]): UnstoredMessage[] {
    const member = this.#parts.memberOf();
    return batch.filter((message) => {
      if (message.member === member) return true;
      this.#settle(message, new NotAMemberError());
      return false;
    });
  }

  #settle(message: UnstoredMessage, error: unknown, version?: number): void {
    this.#messages.settled(message);
    this.#parts.settled(message);
    if (error === undefined) message.done.resolve(version);
    else message.done.reject(error);
  }
}

function refusalOf(outcome: RetainedOutcome | undefined): PermanentQuotaError | undefined {
  return outcome === 'topics' || outcome === 'bytes' ? new PermanentQuotaError(outcome) : undefined;
}
