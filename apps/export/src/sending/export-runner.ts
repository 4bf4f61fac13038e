/** Sends what the log of one export holds, for as long as its lease is held: reads on, spreads over lanes, notes how far it is. */
import type { Target } from '@iotcore/export-targets';
import type { Clock } from '@iotcore/process/clock';
import { type ReadChunk, readFrame, splitFrames } from '@iotcore/store/exports';
import { Lane, type LaneOptions } from './lane.ts';
import type { Progress } from './progress.ts';
import { Recovery } from './recovery.ts';
import type { Entry, Window } from './window.ts';

export interface ExportRunnerParts {
  readonly target: Target;
  readonly lanes: number;
  readonly options: LaneOptions;
  readonly window: Window;
  readonly progress: Progress;
  readonly clock: Clock;
  readChunks(position: number): Promise<readonly ReadChunk[]>;
  /** Does the error mean that the database is away? */
  isAway(error: unknown): boolean;
  failed(error: unknown): void;
}

/** A log with nothing new in it is looked at again after the first, then less often. In ms. */
const polls = { firstMs: 50, longestMs: 250 };
const saveEveryMs = 100;
const awayRetryMs = 250;

export class ExportRunner {
  readonly #parts: ExportRunnerParts;
  readonly #stopping = new AbortController();
  readonly #lanes: readonly Lane[];

  constructor(parts: ExportRunnerParts) {
    this.#parts = parts;
    const { signal } = this.#stopping;
    const { target, options, progress, clock } = parts;
    const recovery = new Recovery();
    this.#lanes = Array.from(
      { length: target.sends === 'one' ? 1 : parts.lanes },
      () => new Lane({ target, options, progress, recovery, signal, clock }),
    );
  }

  /** Runs until it is stopped. What goes wrong for want of the database is tried again; it rejects for nothing else. */
  async run(): Promise<void> {
    const work = [this.#read(), this.#save(), ...this.#lanes.map((lane) => lane.run())];
    try {
      await Promise.all(work);
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#parts.failed(error);
      this.stop();
      await Promise.allSettled(work);
    }
    await this.#parts.target.close();
  }

  /** Nothing more is sent; what is under way is given up, and comes again. */
  stop(): void {
    this.#stopping.abort();
    this.#parts.window.wake();
  }

  async #read(): Promise<void> {
    const { window } = this.#parts;
    const { signal } = this.#stopping;
    let pollMs = polls.firstMs;
    while (!signal.aborted) {
      await window.room();
      if (signal.aborted) return;
      const chunks = await this.#whileAway(() => this.#parts.readChunks(window.end));
      for (const chunk of chunks ?? []) this.#spread(chunk);
      if (chunks && chunks.length > 0) pollMs = polls.firstMs;
      else {
        await this.#parts.clock.sleep(pollMs, signal).catch(() => undefined);
        pollMs = Math.min(2 * pollMs, polls.longestMs);
      }
    }
  }

  #spread({ position, data }: ReadChunk): void {
    const { window } = this.#parts;
    const begin = window.end;
    const readAtMs = this.#parts.clock.nowMs();
    for (const [index, frame] of splitFrames(data).entries()) {
      if (position + index < begin) continue;
      const { deviceId, topic, payload } = readFrame(frame);
      const key = deviceId === '' ? topic : deviceId;
      const bytes = payload.length + topic.length;
      const entry: Entry = { position: position + index, bytes, frame, key, readAtMs, isFinished: false };
      window.add(entry);
      this.#lanes[hashOf(key) % this.#lanes.length]?.add(entry);
    }
  }

  async #save(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#parts.clock.sleep(saveEveryMs, signal).catch(() => undefined);
      await this.#whileAway(() => this.#parts.progress.save());
    }
  }

  /** Undefined: the database is away. */
  async #whileAway<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!this.#parts.isAway(error)) throw error;
      const { signal } = this.#stopping;
      if (!signal.aborted) await this.#parts.clock.sleep(awayRetryMs, signal).catch(() => undefined);
      return undefined;
    }
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}
