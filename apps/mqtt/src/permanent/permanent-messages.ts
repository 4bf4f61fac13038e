/**
 * The last message of each permanent topic. Writes are gathered and committed together: while one transaction is on its
 * way to disk, the next one fills, and of several messages on one topic only the last is written. Whoever waits for a
 * message waits for the transaction that holds it or a later one of its topic.
 *
 * A subscriber must get each message once, and never an older one after a newer one. An engine hands a message over when
 * it is durable; so whatever is not durable when reading begins, or comes later, reaches the subscriber live, and what
 * the database says of its topic is left out.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredMessage } from '@iotcore/engine';
import { readFullTopic, type StoredSelection } from '@iotcore/model';
import type {
  PermanentMessageRange,
  PermanentMessageRow,
  PermanentMessageWrite,
} from '@iotcore/store/data-plane';

export interface PermanentMessagesParts {
  /** Commits all of them in one transaction. Rejects with what `isAway` recognises while the database is away. */
  write(writes: readonly PermanentMessageWrite[]): Promise<void>;
  /** One page; an empty one is the end. */
  read(range: PermanentMessageRange): Promise<readonly PermanentMessageRow[]>;
  /** Does the error mean that the database is away, and the write is worth another try? */
  isAway(error: unknown): boolean;
}

/** Messages of one transaction, and their bytes: a few ms of the database, so that nobody waits long for his turn. */
const BATCH_MESSAGES = 1000;
const BATCH_BYTES = 4 * 1024 * 1024;
/**
 * Payload bytes that may wait while the database is away or slow. Beyond, storing fails, and with it the connection that
 * wanted it: its client keeps the message and comes again.
 */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** What a waiting message costs beside its payload. */
const OVERHEAD_BYTES = 512;
const RETRY_MS = 250;

/** Too much waits to be stored. */
export class StoreOverflowError extends Error {
  override readonly name = 'StoreOverflowError';
}

interface Waiting {
  readonly registryId: string;
  readonly topic: string;
  payload: Buffer;
  readonly done: PromiseWithResolvers<void>;
}

interface Reader {
  readonly registryId: string;
  /** Topics on which a message came since it began. */
  readonly overtaken: Set<string>;
}

export class PermanentMessages {
  readonly #parts: PermanentMessagesParts;
  readonly #readers = new Set<Reader>();
  readonly #stopping = new AbortController();
  /** By registry and topic; not yet being written. */
  #waiting = new Map<string, Waiting>();
  /** Being written. */
  #writing = new Map<string, Waiting>();
  #waitingBytes = 0;
  #running: Promise<void> | undefined;

  constructor(parts: PermanentMessagesParts) {
    this.#parts = parts;
  }

  /** Messages that wait to be durable. */
  get pending(): number {
    return this.#waiting.size + this.#writing.size;
  }

  /** Keeps the message (or clears the topic, if empty); resolves once that is durable. */
  store(registryId: string, topic: string, payload: Buffer): Promise<void> {
    const key = keyOf(registryId, topic);
    const waiting = this.#waiting.get(key);
    const bytes = payload.length - (waiting ? waiting.payload.length : -OVERHEAD_BYTES);
    if (this.#waitingBytes + bytes > MAX_WAITING_BYTES) {
      return Promise.reject(new StoreOverflowError('too many permanent messages wait to be stored'));
    }
    for (const reader of this.#readers) {
      if (reader.registryId === registryId) reader.overtaken.add(topic);
    }
    this.#waitingBytes += bytes;
    if (waiting) {
      waiting.payload = payload;
      return waiting.done.promise;
    }
    const added = { registryId, topic, payload, done: Promise.withResolvers<void>() };
    this.#waiting.set(key, added);
    this.#running ??= this.#writeAll();
    return added.done.promise;
  }

  /** What is stored of a selection for who subscribed before, in bounded pages. */
  async *read({ registryId, beginning, exact, nameOf }: StoredSelection): AsyncGenerator<StoredMessage> {
    // What is not durable yet reaches the subscriber as a live message, once it is.
    const undurable = [...this.#writing.values(), ...this.#waiting.values()]
      .filter((message) => message.registryId === registryId)
      .map(({ topic }) => topic);
    const overtaken = new Set(undurable);
    const reader = { registryId, overtaken };
    this.#readers.add(reader);
    try {
      let after: string | undefined;
      for (;;) {
        const page = await this.#parts.read({ registryId, beginning, exact, after });
        for (const { topic, payload } of page) {
          const name = overtaken.has(topic) ? undefined : nameOf(topic);
          if (name !== undefined) yield { topic: name, payload, qos: 1 };
        }
        after = page.at(-1)?.topic;
        if (after === undefined || exact) return;
      }
    } finally {
      this.#readers.delete(reader);
    }
  }

  /** Writes what waits, unless the database stays away, and takes no more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.size > 0) {
      this.#takeBatch();
      const batch = [...this.#writing.values()];
      try {
        await this.#write(batch.map(toWrite));
        for (const { done } of batch) done.resolve();
      } catch (error) {
        for (const { done } of batch) done.reject(error);
      }
      this.#writing = new Map();
    }
    this.#running = undefined;
  }

  #takeBatch(): void {
    let bytes = 0;
    for (const [key, waiting] of this.#waiting) {
      if (this.#writing.size >= BATCH_MESSAGES || bytes >= BATCH_BYTES) break;
      bytes += waiting.payload.length;
      this.#waiting.delete(key);
      this.#writing.set(key, waiting);
      this.#waitingBytes -= waiting.payload.length + OVERHEAD_BYTES;
    }
  }

  async #write(writes: readonly PermanentMessageWrite[]): Promise<void> {
    for (;;) {
      try {
        return await this.#parts.write(writes);
      } catch (error) {
        if (!this.#parts.isAway(error) || this.#stopping.signal.aborted) throw error;
      }
      await sleep(RETRY_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
  }
}

function toWrite({ registryId, topic, payload }: Waiting): PermanentMessageWrite {
  const address = readFullTopic(topic);
  const deviceId = address?.row.root === 'devices' ? address.ownerId : undefined;
  return { registryId, topic, deviceId, payload };
}

/** No registry's ID holds a slash. */
function keyOf(registryId: string, topic: string): string {
  return `${registryId}/${topic}`;
}
