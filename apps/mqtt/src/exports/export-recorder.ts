/**
 * Puts messages into the logs of exports. While one commit is under way, the next gathers; a log that has no room, and whose
 * publishers are to wait, holds up no other. At QoS 1 a publisher waits until its messages are committed; at QoS 0 nobody
 * waits: such messages alone gather for a moment, since a commit of many costs little more than one of few, and what cannot be
 * kept is dropped and counted.
 */
import type { RouteTap } from '@iotcore/engine';
import { type Clock, pauseFor } from '@iotcore/process';
import { type Appended, frameBytes, type NewChunk } from '@iotcore/store/exports';
import { EventIds } from './event-ids.ts';
import { OpenChunk } from './open-chunk.ts';

export interface ExportRecorderParts {
  readonly clock: Pick<Clock, 'nowMs' | 'after' | 'soon'>;
  /** Commits chunks, one of an export at most. */
  append(chunks: readonly NewChunk[]): Promise<readonly Appended[]>;
  /** Removes what a log has beyond its limits. */
  trim(exportId: string): Promise<void>;
  /** Told, with each commit, of a log that is nearly full. */
  nearlyFull(exportId: string): void;
  /** Does the error mean that the database is away, and the commit is worth another try? */
  isAway(error: unknown): boolean;
  failed(error: unknown): void;
  /** The time of day, in ms since 1970. */
  now(): number;
}

/** Too much waits for the database. */
class RecordOverflowError extends Error {
  override readonly name = 'RecordOverflowError';
}

/** Bytes that may wait while the database is away or slow: as for permanent topics. Each of the two. */
const maxWaitingBytes = 64 * 1024 * 1024;
/** What one commit takes, over all exports. */
const commitMessages = 1000;
const commitBytes = 1024 * 1024;
const commitExports = 64;
/** Before a commit that failed, or a log that was full, is tried again. */
const retryMs = 250;
/** For what nobody waits for: less than an export process leaves between two looks at a log. */
const gatherMs = 20;

interface ExportQueue {
  readonly chunks: OpenChunk[];
  /** The log is full: not tried before, in ms of `now`. */
  heldUntilMs: number;
  /** Of the chunk before. */
  lastBytes: number;
  /** The one before, and its topic: what one client sends comes one after the other. */
  lastTap: RouteTap | undefined;
  lastTopic: Buffer;
}

function topicBytes(queue: ExportQueue, tap: RouteTap): Buffer {
  if (queue.lastTap !== tap) {
    queue.lastTap = tap;
    queue.lastTopic = Buffer.from(tap.topic);
  }
  return queue.lastTopic;
}

const noTopic = Buffer.alloc(0);

/** No commit is under way. `why`: the last one failed; all that waits is for full logs; nobody waits for what there is. */
interface Pause {
  readonly why: 'failure' | 'full logs' | 'gathering';
  end(): void;
}

export class ExportRecorder {
  readonly #parts: ExportRecorderParts;
  readonly #queues = new Map<string, ExportQueue>();
  readonly #ids = new EventIds();
  readonly #stopping = new AbortController();
  readonly #trimming = new Set<string>();
  #running: Promise<void> | undefined;
  #pausing: Pause | undefined;
  /** Since the last commit began. */
  #gathered = 0;
  #tickAtMs: number | undefined;
  /** Since the start, by export. */
  readonly dropped = new Map<string, number>();
  readonly commitSeconds = { count: 0, sum: 0 };
  #pendingBytes = 0;

  constructor(parts: ExportRecorderParts) {
    this.#parts = parts;
  }

  /** Bytes that are not committed yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /**
   * Records a message in each of the logs. At QoS 1 it resolves once all have it, and rejects if one cannot; at QoS 0 there is
   * nothing to wait for. The payload is copied before this returns.
   */
  record(
    deviceId: string,
    taps: readonly RouteTap[],
    payload: Buffer,
    qos: 0 | 1,
  ): Promise<void> | undefined {
    const receivedAtMs = this.#receivedAt();
    const eventId = this.#ids.create(receivedAtMs);
    const waits: Promise<void>[] = [];
    for (const tap of taps) {
      const { log } = tap;
      const queue = this.#queueOf(log);
      const topic = topicBytes(queue, tap);
      const bytes = frameBytes(deviceId.length, topic.length, payload.length);
      if (!this.#hasRoom(queue, bytes, qos)) {
        if (qos === 1) waits.push(Promise.reject(new RecordOverflowError('too much waits to be recorded')));
        else this.drop(log);
        continue;
      }
      const chunk = this.#chunkWithRoom(queue, log, bytes);
      chunk.add({ eventId, receivedAtMs, qos, deviceId, topic, payload });
      this.#pendingBytes += bytes;
      this.#gathered += 1;
      if (queue.heldUntilMs === 0 && this.#pausing?.why === 'full logs') this.#pausing.end();
      if (qos === 1) waits.push(chunk.done);
    }
    if (this.#pausing?.why === 'gathering' && (waits.length > 0 || this.#isCommitFull)) this.#pausing.end();
    this.#running ??= this.#run();
    if (waits.length <= 1) return waits[0];
    return Promise.all(waits).then(() => undefined);
  }

  /** Counts what is not recorded. */
  drop(exportId: string, messages = 1): void {
    if (messages === 0) return;
    this.dropped.set(exportId, (this.dropped.get(exportId) ?? 0) + messages);
  }

  /** Commits what waits, unless the database stays away or a log stays full; then its publishers are told. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#pausing?.end();
    await this.#running;
  }

  /** Messages of one tick have come at one time: to ask for it costs more than all else of recording one. */
  #receivedAt(): number {
    if (this.#tickAtMs === undefined) {
      this.#tickAtMs = this.#parts.now();
      this.#parts.clock.soon(() => {
        this.#tickAtMs = undefined;
      });
    }
    return this.#tickAtMs;
  }

  #queueOf(exportId: string): ExportQueue {
    const known = this.#queues.get(exportId);
    if (known) return known;
    const queue = { chunks: [], heldUntilMs: 0, lastBytes: 0, lastTap: undefined, lastTopic: noTopic };
    this.#queues.set(exportId, queue);
    return queue;
  }

  /** QoS 1 has room of its own, beyond what QoS 0 may fill. */
  #hasRoom({ heldUntilMs }: ExportQueue, bytes: number, qos: 0 | 1): boolean {
    if (this.#stopping.signal.aborted) return false;
    if (qos === 1) return this.#pendingBytes + bytes <= 2 * maxWaitingBytes;
    return heldUntilMs === 0 && this.#pendingBytes + bytes <= maxWaitingBytes;
  }

  #chunkWithRoom(queue: ExportQueue, exportId: string, bytes: number): OpenChunk {
    const { chunks } = queue;
    const last = chunks.at(-1);
    if (last?.hasRoomFor(bytes)) return last;
    if (last) queue.lastBytes = last.bytes;
    // As large as the one before, which spares what growing leaves behind.
    const chunk = new OpenChunk(exportId, Math.max(bytes, queue.lastBytes));
    chunks.push(chunk);
    return chunk;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    // What else comes in this tick goes with it.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queues.size > 0) {
      if (this.#mayGather && !signal.aborted) await this.#pause('gathering', gatherMs);
      const batch = this.#takeBatch();
      // Queues that have nothing are gone now.
      if (this.#queues.size === 0) break;
      const isStuck = batch.length === 0 || !(await this.#commit(batch));
      if (isStuck && signal.aborted) this.#giveUp();
      else if (isStuck) await this.#pause(batch.length === 0 ? 'full logs' : 'failure', retryMs);
    }
    this.#running = undefined;
  }

  /** There are messages, fewer than one commit takes, and nobody waits for any. */
  get #mayGather(): boolean {
    if (this.#isCommitFull) return false;
    const queues = [...this.#queues.values()];
    const isEarly = ({ chunks }: ExportQueue) => chunks.length <= 1 && !chunks[0]?.isAwaited;
    return queues.some(({ chunks }) => chunks.length > 0) && queues.every(isEarly);
  }

  /** There is as much as one commit takes. */
  get #isCommitFull(): boolean {
    return this.#gathered >= commitMessages || this.#pendingBytes >= commitBytes;
  }

  /** Until it is worth another try. What comes for a log that is not full ends a pause that is for full ones alone. */
  async #pause(why: Pause['why'], longestMs: number): Promise<void> {
    const { over, end } = pauseFor(this.#parts.clock, longestMs);
    this.#pausing = { why, end };
    await over;
    this.#pausing = undefined;
  }

  /** The first chunk of each export, as many as one commit takes; exports take turns. */
  #takeBatch(): OpenChunk[] {
    this.#gathered = 0;
    const nowMs = this.#parts.now();
    // A clock that was set back makes no wait longer.
    const isHeld = ({ heldUntilMs }: ExportQueue) => heldUntilMs > nowMs && heldUntilMs <= nowMs + retryMs;
    const batch: OpenChunk[] = [];
    let messages = 0;
    let bytes = 0;
    for (const [exportId, queue] of [...this.#queues]) {
      const [chunk] = queue.chunks;
      if (!chunk) {
        if (!isHeld(queue)) this.#queues.delete(exportId);
        continue;
      }
      if (isHeld(queue)) continue;
      const isFull = messages + chunk.messages > commitMessages || bytes + chunk.bytes > commitBytes;
      if (batch.length > 0 && (isFull || batch.length >= commitExports)) break;
      queue.chunks.shift();
      queue.lastBytes = chunk.bytes;
      batch.push(chunk);
      messages += chunk.messages;
      bytes += chunk.bytes;
      this.#queues.delete(exportId);
      this.#queues.set(exportId, queue);
    }
    // In one order for everybody: two servers that record for the same exports must not wait for each other crosswise.
    return batch.sort((a, b) => (a.exportId < b.exportId ? -1 : 1));
  }

  /** False: nothing was committed, and it waits in its place. */
  async #commit(batch: readonly OpenChunk[]): Promise<boolean> {
    const startedAt = this.#parts.clock.nowMs();
    try {
      const outcomes = await this.#parts.append(batch);
      this.commitSeconds.count += 1;
      this.commitSeconds.sum += (this.#parts.clock.nowMs() - startedAt) / 1000;
      for (const [index, chunk] of batch.entries()) this.#settle(chunk, outcomes[index]);
      return true;
    } catch (error) {
      if (this.#parts.isAway(error)) {
        for (const chunk of batch) this.#putBack(chunk);
        return false;
      }
      this.#parts.failed(error);
      if (batch.length > 1) {
        for (const chunk of batch) await this.#commit([chunk]);
        return true;
      }
      for (const chunk of batch) {
        this.#pendingBytes -= chunk.bytes;
        chunk.failed(error);
        this.drop(chunk.exportId, chunk.dropQos0());
      }
      return true;
    }
  }

  #settle(chunk: OpenChunk, appended: Appended | undefined): void {
    if (appended?.outcome === 'full') {
      this.#parts.nearlyFull(chunk.exportId);
      this.#hold(chunk);
      return;
    }
    const queue = this.#queues.get(chunk.exportId);
    if (queue) queue.heldUntilMs = 0;
    this.#pendingBytes -= chunk.bytes;
    chunk.committed();
    if (appended?.outcome !== 'written') return;
    if (appended.isNearlyFull) this.#parts.nearlyFull(chunk.exportId);
    if (appended.isOver) void this.#trim(chunk.exportId);
  }

  /** The log is full: what nobody waits for is dropped, and the rest is tried again until there is room. */
  #hold(chunk: OpenChunk): void {
    this.#putBack(chunk);
    const queue = this.#queueOf(chunk.exportId);
    queue.heldUntilMs = this.#parts.now() + retryMs;
    for (const waiting of queue.chunks) {
      const before = waiting.bytes;
      this.drop(chunk.exportId, waiting.dropQos0());
      this.#pendingBytes -= before - waiting.bytes;
    }
    const left = queue.chunks.filter(({ messages }) => messages > 0);
    queue.chunks.splice(0, queue.chunks.length, ...left);
    // Delivered messages that are kept for a replay make room.
    void this.#trim(chunk.exportId);
  }

  #putBack(chunk: OpenChunk): void {
    this.#queueOf(chunk.exportId).chunks.unshift(chunk);
  }

  /** One at a time for each export. */
  async #trim(exportId: string): Promise<void> {
    if (this.#trimming.has(exportId)) return;
    this.#trimming.add(exportId);
    try {
      await this.#parts.trim(exportId);
    } catch (error) {
      if (!this.#parts.isAway(error)) this.#parts.failed(error);
    } finally {
      this.#trimming.delete(exportId);
    }
  }

  #giveUp(): void {
    for (const { chunks } of this.#queues.values())
      for (const chunk of chunks) {
        this.#pendingBytes -= chunk.bytes;
        chunk.failed(new RecordOverflowError('the server stops'));
      }
    this.#queues.clear();
  }
}
