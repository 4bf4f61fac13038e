/**
 * The last message of each permanent topic. A publisher of a message waits for the transaction that holds it or a later
 * one of its topic.
 *
 * A subscriber must get each message once, and never an older one after a newer one. An engine hands a message over when
 * it is durable; so whatever is not durable when reading begins, or comes later, reaches the subscriber live, and what
 * the database says of its topic is left out.
 */
import type { RetainedMessage } from '@iotcore/engine';
import { type RegistryPrincipal, type RetainedSelection, readFullTopic } from '@iotcore/model';
import type {
  RetainedMessageRange,
  RetainedMessageRow,
  RetainedMessageWrite,
} from '@iotcore/store/data-plane';
import type { Tenant } from '../tenants/tenant.ts';
import { StoreOverflowError } from './errors.ts';
import { MessageWriter, type MessageWriterParts } from './message-writer.ts';
import { type UnstoredMessage, UnstoredMessages } from './unstored-messages.ts';

export interface RetainedMessagesParts
  extends Pick<MessageWriterParts, 'clock' | 'write' | 'isAway' | 'isLocked'> {
  /** One page; an empty one is the end. */
  read(range: RetainedMessageRange): Promise<readonly RetainedMessageRow[]>;
  tenantOf(registryId: string): Pick<Tenant, 'takeUnstoredBytes' | 'giveUnstoredBytes'>;
  /** The node of the cluster in whose name messages are stored; undefined: this process is alone. */
  memberOf(): string | undefined;
  /** A subscriber is about to get what was stored of a topic. */
  wasRead(registryId: string, message: RetainedMessageRow): void;
}

/**
 * Bytes that may wait while the database is away or slow. Beyond, storing fails, and with it the connection that wanted
 * it: its client keeps the message and comes again. One registry may have a part of it.
 */
const maxUnstoredBytes = 64 * 1024 * 1024;
/** What a waiting message costs beside its payload. */
const overheadBytes = 512;
/** Topics that one reader remembers, some 2 MB. */
const maxOvertakenTopics = 16_384;

/** In which a message is kept. */
type Registry = Pick<RegistryPrincipal, 'id' | 'folderId'>;

interface Reader {
  /** Topics on which a message came since it began. */
  overtaken: Set<string>;
  /** There were too many to remember. */
  isForgetful: boolean;
}

export class RetainedMessages {
  readonly #parts: RetainedMessagesParts;
  /** By registry. */
  readonly #readers = new Map<string, Set<Reader>>();
  readonly #messages = new UnstoredMessages();
  readonly #writer: MessageWriter;
  #unstoredBytes = 0;

  constructor(parts: RetainedMessagesParts) {
    this.#parts = parts;
    this.#writer = new MessageWriter(this.#messages, {
      clock: parts.clock,
      write: parts.write,
      isAway: parts.isAway,
      isLocked: parts.isLocked,
      memberOf: parts.memberOf,
      toWrite,
      settled: ({ registryId, bytes }) => this.#giveBytes(registryId, bytes),
    });
  }

  /** Messages that wait to be durable. */
  get pending(): number {
    return this.#messages.pending;
  }

  /**
   * Keeps the message (or clears the topic, if empty); resolves with its version once that is durable. Rejects with StoreOverflowError or
   * PermanentQuotaError; or with why the database could not store it.
   */
  store({ id: registryId, folderId }: Registry, topic: string, payload: Buffer): Promise<number | undefined> {
    const waiting = this.#messages.waiting(registryId, topic);
    const bytes = payload.length - (waiting ? waiting.payload.length : -overheadBytes);
    if (!this.#takeBytes(registryId, bytes)) {
      return Promise.reject(new StoreOverflowError('too many retained messages wait to be stored'));
    }
    for (const reader of this.#readers.get(registryId) ?? []) overtake(reader, topic);
    const member = this.#parts.memberOf();
    if (waiting) {
      waiting.payload = payload;
      waiting.folderId = folderId;
      waiting.member = member;
      waiting.bytes += bytes;
      return waiting.done.promise;
    }
    const done = Promise.withResolvers<number | undefined>();
    this.#messages.add({ registryId, folderId, topic, payload, member, bytes, done });
    this.#writer.start();
    return done.promise;
  }

  /**
   * What is stored of a selection for a client that subscribed before, in pages. The next one is read when it is asked for. A
   * client so slow that more topics change meanwhile than are remembered may get a message twice: live, and retained.
   */
  async *read(selection: RetainedSelection): AsyncGenerator<readonly RetainedMessage[]> {
    const { registryId, beginning, exact, nameOf } = selection;
    const reader = { overtaken: new Set<string>(), isForgetful: true };
    this.#addReader(registryId, reader);
    try {
      let after: string | undefined;
      do {
        if (reader.isForgetful) this.#beginAnew(registryId, reader);
        const page = await this.#parts.read({ registryId, beginning, exact, after });
        const messages: RetainedMessage[] = [];
        for (const row of page) {
          const { topic, payload, version } = row;
          const name = reader.overtaken.has(topic) ? undefined : nameOf(topic);
          if (name === undefined) continue;
          this.#parts.wasRead(registryId, row);
          messages.push({ topic: name, payload, qos: 1, version });
        }
        if (messages.length > 0) yield messages;
        after = page.at(-1)?.topic;
      } while (after !== undefined && !exact);
    } finally {
      this.#removeReader(registryId, reader);
    }
  }

  /** What is not durable yet reaches the subscriber as a live message, once it is. What is, the next page holds. */
  #beginAnew(registryId: string, reader: Reader): void {
    reader.overtaken = new Set(this.#messages.topicsOf(registryId));
    reader.isForgetful = false;
  }

  #addReader(registryId: string, reader: Reader): void {
    const readers = this.#readers.get(registryId);
    if (readers) readers.add(reader);
    else this.#readers.set(registryId, new Set([reader]));
  }

  #removeReader(registryId: string, reader: Reader): void {
    const readers = this.#readers.get(registryId);
    readers?.delete(reader);
    if (readers?.size === 0) this.#readers.delete(registryId);
  }

  /** Writes what waits, unless the database stays away. */
  stop(): Promise<void> {
    return this.#writer.stop();
  }

  #takeBytes(registryId: string, bytes: number): boolean {
    if (this.#unstoredBytes + bytes > maxUnstoredBytes) return false;
    if (!this.#parts.tenantOf(registryId).takeUnstoredBytes(bytes)) return false;
    this.#unstoredBytes += bytes;
    return true;
  }

  #giveBytes(registryId: string, bytes: number): void {
    this.#unstoredBytes -= bytes;
    this.#parts.tenantOf(registryId).giveUnstoredBytes(bytes);
  }
}

function overtake(reader: Reader, topic: string): void {
  if (reader.overtaken.has(topic)) return;
  if (reader.overtaken.size < maxOvertakenTopics) reader.overtaken.add(topic);
  else reader.isForgetful = true;
}

function toWrite({ registryId, folderId, topic, payload }: UnstoredMessage): RetainedMessageWrite {
  const address = readFullTopic(topic);
  const deviceId = address?.row.root === 'devices' ? address.ownerId : undefined;
  return { registryId, folderId, topic, deviceId, payload };
}
