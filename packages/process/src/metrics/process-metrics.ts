/** What every metrics page has: the process itself, and which version it runs. */
import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import { version } from '../version.ts';

/** How often the event loop's delay is sampled, in ms: a finer grain would cost an idle server more than its clients do. */
const eventLoopSamplingMs = 100;

export function addProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: eventLoopSamplingMs });
  new Gauge({
    name: 'iotcore_build_info',
    help: 'Always 1; the version that runs is a label',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1);
}
