/** Has a process say, every ten seconds, that it lives, how it is and what it did. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Queryable } from '../data-plane/queryable.ts';
import {
  type Figures,
  type ProcessRow,
  removeOldSamples,
  removeProcess,
  type TenantSample,
  writeProcess,
  writeProcessSample,
  writeTenantSamples,
} from './samples.ts';

export interface ProcessReporterParts {
  readonly db: Queryable;
  readonly process: Pick<ProcessRow, 'id' | 'kind' | 'version' | 'place' | 'facts'>;
  isReady(): boolean;
  /** How it is now. */
  gauges(): Figures;
  /** What it did since its start. */
  counts(): Figures;
  /** What tenants did since it was asked last. */
  takeTenants?(): readonly TenantSample[];
  failed(error: unknown): void;
}

const stepMs = 10_000;
/** Steps of a minute. */
const minuteSteps = 6;
const nanosecondsInMs = 1e6;
const resolutionMs = 20;
/** Rows of one statement. */
const batchTenants = 1000;

export class ProcessReporter {
  readonly #parts: ProcessReporterParts;
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });
  #timer: NodeJS.Timeout | undefined;
  #reporting: Promise<void> | undefined;
  #steps = 0;
  #lastCounts: Figures = {};
  #minuteCounts: Figures = {};

  constructor(parts: ProcessReporterParts) {
    this.#parts = parts;
  }

  /** Begins with a first report. */
  async start(): Promise<void> {
    this.#delay.enable();
    this.#lastCounts = this.#minuteCounts = this.#parts.counts();
    this.#timer = setInterval(() => void this.report(), stepMs).unref();
    await this.report();
  }

  /** One report, as the timer asks for every ten seconds. Never rejects. */
  async report(): Promise<void> {
    this.#reporting ??= this.#report()
      .catch(this.#parts.failed)
      .finally(() => {
        this.#reporting = undefined;
      });
    await this.#reporting;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#delay.disable();
    await this.#reporting;
    // What cannot be removed now is taken for gone by its age.
    await removeProcess(this.#parts.db, this.#parts.process.id).catch(this.#parts.failed);
  }

  async #report(): Promise<void> {
    const { db, process: own, isReady, gauges, counts } = this.#parts;
    const now = counts();
    const state = {
      ...gauges(),
      memoryBytes: process.memoryUsage.rss(),
      eventLoopDelayMs: Math.round(this.#delay.percentile(99) / nanosecondsInMs),
    };
    this.#delay.reset();
    const figures = { ...state, ...since(now, this.#lastCounts) };
    const isFirst = this.#steps === 0;
    this.#lastCounts = now;
    this.#steps++;
    await writeProcess(db, { ...own, isReady: isReady(), figures });
    if (isFirst) return;
    await writeProcessSample(db, own.id, stepMs / 1000, figures);
    if ((this.#steps - 1) % minuteSteps !== 0) return;
    const ofMinute = { ...state, ...since(now, this.#minuteCounts) };
    this.#minuteCounts = now;
    await writeProcessSample(db, own.id, (stepMs * minuteSteps) / 1000, ofMinute);
    const tenants = this.#parts.takeTenants?.() ?? [];
    for (let at = 0; at < tenants.length; at += batchTenants)
      await writeTenantSamples(db, own.id, tenants.slice(at, at + batchTenants));
    await removeOldSamples(db);
  }
}

function since(now: Figures, before: Figures): Figures {
  return Object.fromEntries(Object.entries(now).map(([name, value]) => [name, value - (before[name] ?? 0)]));
}
