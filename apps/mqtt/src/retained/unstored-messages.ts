/**
 * Messages on permanent topics that are not durable yet, by registry. Of several messages on one topic that wait, only the
 * last is kept. The messages of one registry are written in one transaction at a time, so that they are stored in their
 * order; registries take turns, so that one with many messages does not hold up the others.
 */
export interface UnstoredMessage {
  readonly registryId: string;
  /** The folder that the registry was in when the message came; undefined: not known. */
  folderId: string | undefined;
  readonly topic: string;
  payload: Buffer;
  /** The node of a cluster that has taken it, in whose name alone it may be stored; undefined: this process is alone. */
  member: string | undefined;
  /** What it counts for while it waits. */
  bytes: number;
  /** Resolves with the version that it, or a later one, has among those that were stored of its topic. */
  readonly done: PromiseWithResolvers<number | undefined>;
}

/** Messages of one transaction, and their bytes: a few ms of the database, so that nobody waits long. */
const batchMessages = 1000;
const batchBytes = 4 * 1024 * 1024;
/** Messages of one registry that a batch takes before it is another registry's turn. */
const messagesPerRound = 100;

interface RegistryQueue {
  readonly waiting: Map<string, UnstoredMessage>;
  readonly writing: Map<string, UnstoredMessage>;
}

export class UnstoredMessages {
  readonly #queues = new Map<string, RegistryQueue>();
  #pending = 0;

  get pending(): number {
    return this.#pending;
  }

  /** The message of the topic that waits and is not being written. */
  waiting(registryId: string, topic: string): UnstoredMessage | undefined {
    return this.#queues.get(registryId)?.waiting.get(topic);
  }

  /** Adds a message on a topic of which none waits. */
  add(message: UnstoredMessage): void {
    const { registryId, topic } = message;
    let queue = this.#queues.get(registryId);
    if (!queue) {
      queue = { waiting: new Map(), writing: new Map() };
      this.#queues.set(registryId, queue);
    }
    queue.waiting.set(topic, message);
    this.#pending++;
  }

  /** The message is stored, or given up. */
  settled({ registryId, topic }: UnstoredMessage): void {
    const queue = this.#queues.get(registryId);
    if (!queue?.writing.delete(topic)) return;
    this.#pending--;
    if (queue.writing.size === 0 && queue.waiting.size === 0) this.#queues.delete(registryId);
  }

  /** Topics of the registry with a message that is not durable yet. */
  topicsOf(registryId: string): string[] {
    const queue = this.#queues.get(registryId);
    return queue ? [...queue.writing.keys(), ...queue.waiting.keys()] : [];
  }

  /** The next batch of all registries, but for those that `isLeftOut`, to be written in one transaction. */
  takeBatch(isLeftOut: (registryId: string) => boolean): UnstoredMessage[] {
    const batch: UnstoredMessage[] = [];
    const inBatch = new Set<RegistryQueue>();
    let bytes = 0;
    // A registry that still has messages is put at the end, where this loop comes to it again.
    for (const [registryId, queue] of this.#queues) {
      if (batch.length >= batchMessages || bytes >= batchBytes) break;
      const isFree = queue.writing.size === 0 || inBatch.has(queue);
      if (queue.waiting.size === 0 || !isFree || isLeftOut(registryId)) continue;
      inBatch.add(queue);
      const most = Math.min(messagesPerRound, batchMessages - batch.length);
      const taken = take(queue, most, batchBytes - bytes);
      for (const message of taken) bytes += message.payload.length;
      batch.push(...taken);
      this.#queues.delete(registryId);
      this.#queues.set(registryId, queue);
    }
    return batch;
  }

  /** The next batch of one registry; empty while another of it is being written. */
  takeBatchOf(registryId: string): UnstoredMessage[] {
    const queue = this.#queues.get(registryId);
    return queue && queue.writing.size === 0 ? take(queue, batchMessages, batchBytes) : [];
  }
}

/** At least one, if any waits. */
function take(queue: RegistryQueue, most: number, mostBytes: number): UnstoredMessage[] {
  const taken: UnstoredMessage[] = [];
  let bytes = 0;
  for (const [topic, message] of queue.waiting) {
    if (taken.length >= most || bytes >= mostBytes) break;
    queue.waiting.delete(topic);
    queue.writing.set(topic, message);
    taken.push(message);
    bytes += message.payload.length;
  }
  return taken;
}
