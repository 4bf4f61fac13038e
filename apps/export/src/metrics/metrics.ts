/** The metrics page. What lies in the database is read when somebody asks, and is the same at every export process. */
import type { ExportFigures } from '@iotcore/store/exports';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { CountersByExport, ExportCounters } from './counters.ts';

export interface MetricSources {
  readonly counters: CountersByExport;
  /** Rejects while the database is away. */
  figures(): Promise<readonly ExportFigures[]>;
  exportsHeld(): number;
}

/** How often the event loop's delay is sampled, in ms. */
const eventLoopSamplingMs = 100;

export function createMetrics(sources: MetricSources): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: eventLoopSamplingMs });
  const labelled = { labelNames: ['export_id'] as const, registers: [registry] };

  const lag = new Gauge({
    name: 'iotcore_export_lag_messages',
    help: 'Messages that wait to be sent',
    ...labelled,
  });
  const bytes = new Gauge({ name: 'iotcore_export_lag_bytes', help: 'Bytes of the log', ...labelled });
  const letters = new Gauge({
    name: 'iotcore_export_dead_letters',
    help: 'Messages that were refused for good',
    ...labelled,
  });
  const delivered = new Counter({
    name: 'iotcore_export_delivered_total',
    help: 'Messages that were delivered',
    ...labelled,
  });
  const discarded = new Counter({
    name: 'iotcore_export_discarded_total',
    help: 'Messages lost to a limit of the log',
    ...labelled,
  });
  new Gauge({
    name: 'iotcore_export_oldest_message_age_seconds',
    help: 'For how long the first message that waits has done so',
    ...labelled,
    async collect() {
      for (const one of [this, lag, bytes, letters, delivered, discarded]) one.reset();
      for (const figures of await sources.figures().catch(() => [])) {
        const of = { export_id: figures.exportId };
        this.set(of, figures.oldestAgeSeconds ?? 0);
        lag.set(of, Number(figures.lagMessages));
        bytes.set(of, Number(figures.logBytes));
        letters.set(of, Number(figures.deadLetters));
        delivered.inc(of, Number(figures.delivered));
        discarded.inc(of, Number(figures.discarded));
      }
    },
  });

  const counter = (name: string, help: string, value: (counters: ExportCounters) => number) =>
    new Counter({
      name: `iotcore_export_${name}`,
      help,
      ...labelled,
      collect() {
        this.reset();
        for (const [id, counters] of sources.counters.all) this.inc({ export_id: id }, value(counters));
      },
    });
  counter('attempts_total', 'Requests to the target, of this process', ({ attempts }) => attempts);
  counter('send_seconds_sum', 'Time that requests took, of this process', ({ sendSeconds }) => sendSeconds);
  counter('send_seconds_count', 'Requests that this was', ({ attempts }) => attempts);
  new Gauge({
    name: 'iotcore_export_held',
    help: 'Exports that this process sends for',
    registers: [registry],
    collect() {
      this.set(sources.exportsHeld());
    },
  });
  return registry;
}
