/** The metrics page. What lies in the database is read when the page is asked for, and is the same at every export process. */
import { addProcessMetrics } from '@iotcore/process/metrics';
import type { ExportFigures } from '@iotcore/store/exports';
import { Counter, Gauge, Registry } from 'prom-client';
import type { CountersByExport, ExportCounters } from './counters.ts';

export interface MetricSources {
  readonly counters: CountersByExport;
  /** Rejects while the database is away. */
  figures(): Promise<readonly ExportFigures[]>;
  exportsHeld(): number;
}

export function createMetrics(sources: MetricSources): Registry {
  const registry = new Registry();
  addProcessMetrics(registry);
  const labelled = { labelNames: ['export_id'] as const, registers: [registry] };

  // One reading for all metrics of a page; another request meanwhile gets the same.
  let reading: Promise<readonly ExportFigures[]> | undefined;
  const read = () => {
    reading ??= sources
      .figures()
      .catch(() => [])
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
  const options = (name: string, help: string, value: (figures: ExportFigures) => number) => ({
    ...{ name: `iotcore_export_${name}`, help, ...labelled },
    async collect(this: Gauge<'export_id'> | Counter<'export_id'>) {
      const all = await read();
      this.reset();
      for (const figures of all) this.inc({ export_id: figures.exportId }, value(figures));
    },
  });
  const gauge = (...all: Parameters<typeof options>) => new Gauge(options(...all));
  const total = (...all: Parameters<typeof options>) => new Counter(options(...all));
  gauge('lag_messages', 'Messages that wait to be sent', ({ lagMessages }) => Number(lagMessages));
  gauge('lag_bytes', 'Bytes that wait to be sent', ({ lagBytes }) => Number(lagBytes));
  gauge('dead_letters', 'Messages that were refused for good', ({ deadLetters }) => Number(deadLetters));
  total('delivered_total', 'Messages that were delivered', ({ delivered }) => Number(delivered));
  total('discarded_total', 'Messages lost to a limit of the log', ({ discarded }) => Number(discarded));
  gauge(
    'oldest_message_age_seconds',
    'For how long the first message that waits has done so',
    ({ oldestAgeSeconds }) => oldestAgeSeconds ?? 0,
  );

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
