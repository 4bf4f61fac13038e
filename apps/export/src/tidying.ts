/** Removes, in the background, what logs have kept long enough or what is beyond their limits, and old dead letters. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, SummedLines } from '@iotcore/process';
import type { Database } from '@iotcore/store';
import { writeLogLines } from '@iotcore/store/data-plane';
import { findUntrimmed, pruneDeadLetters, removeOrphans, trimLog } from '@iotcore/store/exports';
import { exportLine } from './export-line.ts';

/** Between two rounds, in ms. */
const intervalMs = 5000;

export interface TidyingParts {
  readonly pool: Database['pool'];
  readonly clock: Pick<Clock, 'nowMs' | 'date'>;
  failed(error: unknown): void;
}

export class Tidying {
  readonly #parts: TidyingParts;
  readonly #stopping = new AbortController();
  /** By export: the registry or broker in whose connection log it is told what was discarded. Those that are gone stay. */
  readonly #owners = new Map<string, string>();
  readonly #lines: SummedLines;
  readonly #running: Promise<void>;

  constructor(parts: TidyingParts) {
    this.#parts = parts;
    this.#lines = new SummedLines((id, messages) => this.#tell(id, messages), parts.clock.nowMs);
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#round();
      } catch (error) {
        this.#parts.failed(error);
      }
      await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #round(): Promise<void> {
    const { pool } = this.#parts;
    const { signal } = this.#stopping;
    for (const { exportId, ownerId } of await findUntrimmed(pool)) {
      this.#owners.set(exportId, ownerId);
      let trimmed = { discarded: 0, isDone: false };
      while (!trimmed.isDone && !signal.aborted) {
        trimmed = await trimLog(pool, exportId);
        this.#lines.add(exportId, trimmed.discarded);
      }
    }
    while ((await removeOrphans(pool)) > 0 && !signal.aborted);
    while ((await pruneDeadLetters(pool)) > 0 && !signal.aborted);
  }

  #tell(exportId: string, messages: number): void {
    const { pool, clock, failed } = this.#parts;
    const message = `export: "${exportId}", beyond backlog.maxAge or maxBytes, messages discarded: ${messages}`;
    const line = exportLine(this.#owners.get(exportId) ?? '', 'export messages discarded', message, clock);
    writeLogLines(pool, [line]).catch(failed);
  }
}
