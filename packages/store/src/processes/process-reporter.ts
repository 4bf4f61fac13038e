/** Has a process say, every ten seconds, that it lives, how it is and what it did. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { PeriodicTask } from '@iotcore/process';
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
/** How often the event loop is looked at. What is measured includes it. */
const resolutionMs = 20;
/**
 * A process that stood still (frozen, or its machine was) is as it was before at first: what was due meanwhile has not been done, and
 * nothing been read. Longer than what is done every second.
 */
const catchUpMs = 1_500;
/** Rows of one statement. */
const batchTenants = 1000;

export class ProcessReporter {
  readonly #parts: ProcessReporterParts;
  readonly #delay = monitorEventLoopDelay({ resolution: resolutionMs });
  readonly #reports: PeriodicTask;
  readonly #removal: PeriodicTask;
  readonly #stopping = new AbortController();
  #isFirst = true;
  #lookedAtMs = performance.now();
  /** As they were when a step, and a minute, were last written: what could not be written is in the next. */
  #stepCounts: Figures = {};
  #minuteCounts: Figures = {};
  /** Steps written since a minute was. */
  #steps = 0;
  /** Those of a minute that are not written yet. */
  #tenants: readonly TenantSample[] = [];

  constructor(parts: ProcessReporterParts) {
    this.#parts = parts;
    this.#reports = new PeriodicTask(() => this.#report().catch(parts.failed));
    this.#removal = new PeriodicTask(() =>
      removeOldSamples(parts.db, this.#stopping.signal).catch(parts.failed),
    );
  }

  /** Begins with a first report. */
  async start(): Promise<void> {
    this.#delay.enable();
    this.#stepCounts = this.#minuteCounts = this.#parts.counts();
    this.#reports.every(stepMs);
    await this.report();
  }

  /** One report, as the timer asks for every ten seconds. Never rejects. */
  report(): Promise<void> {
    return this.#reports.run();
  }

  /** Says what was done since the last report, and that this process has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#reports.stop();
    await this.#removal.stop();
    // What cannot be removed now is taken for gone by its age.
    await this.#leave().catch(this.#parts.failed);
    this.#delay.disable();
  }

  async #leave(): Promise<void> {
    try {
      if (this.#isFirst) return;
      const { now, gauges } = this.#look();
      await this.#writeStep(now, gauges);
      await this.#writeMinute(now, gauges);
    } finally {
      await removeProcess(this.#parts.db, this.#parts.process.id);
    }
  }

  async #report(): Promise<void> {
    const { db, process: own, isReady } = this.#parts;
    await this.#catchUp();
    const { now, gauges } = this.#look();
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const figures = { ...gauges, ...since(now, this.#stepCounts) };
    await writeProcess(db, { ...own, isReady: isReady(), figures });
    if (isFirst) return;
    await this.#writeStep(now, gauges);
    if (this.#steps < minuteSteps) return;
    await this.#writeMinute(now, gauges);
    // A report does not wait for it: a silent process counts as gone.
    void this.#removal.run();
  }

  #look(): { readonly now: Figures; readonly gauges: Figures } {
    const gauges = {
      ...this.#parts.gauges(),
      memoryBytes: process.memoryUsage.rss(),
      eventLoopDelayMs: Math.max(0, Math.round(this.#delay.percentile(99) / nanosecondsInMs) - resolutionMs),
    };
    this.#delay.reset();
    return { now: this.#parts.counts(), gauges };
  }

  async #writeStep(now: Figures, gauges: Figures): Promise<void> {
    const { db, process: own } = this.#parts;
    await writeProcessSample(db, own.id, stepMs / 1000, { gauges, counts: since(now, this.#stepCounts) });
    this.#stepCounts = now;
    this.#steps++;
  }

  async #writeMinute(now: Figures, gauges: Figures): Promise<void> {
    const { db, process: own } = this.#parts;
    const counts = since(now, this.#minuteCounts);
    await writeProcessSample(db, own.id, (stepMs * minuteSteps) / 1000, { gauges, counts });
    this.#minuteCounts = now;
    this.#steps = 0;
    await this.#writeTenants();
  }

  /** Resolves at once, but in a process that stood still. */
  async #catchUp(): Promise<void> {
    const stoodStill = performance.now() - this.#lookedAtMs > stepMs + catchUpMs;
    const { signal } = this.#stopping;
    if (stoodStill) await setTimeout(catchUpMs, undefined, { signal }).catch(() => undefined);
    this.#lookedAtMs = performance.now();
  }

  async #writeTenants(): Promise<void> {
    const { db, process: own, takeTenants } = this.#parts;
    // They go on counting until they are asked: those of a minute that was not written come first.
    if (this.#tenants.length === 0) this.#tenants = takeTenants?.() ?? [];
    while (this.#tenants.length > 0) {
      await writeTenantSamples(db, own.id, this.#tenants.slice(0, batchTenants));
      this.#tenants = this.#tenants.slice(batchTenants);
    }
  }
}

function since(now: Figures, before: Figures): Figures {
  return Object.fromEntries(Object.entries(now).map(([name, value]) => [name, value - (before[name] ?? 0)]));
}
