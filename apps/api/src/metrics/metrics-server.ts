/** The metrics of the API: they are read at a port of their own, which its callers do not reach. */
import { listenAt, type Settings } from '@iotcore/process';
import { createMetricsServer } from '@iotcore/process/metrics-server';
import type { Registry } from 'prom-client';
import { addApiMetrics, type ProcessSources } from './process-metrics.ts';

export interface MetricsServer {
  /** Its URL. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Undefined unless the operator wants it: then nothing is measured beyond what is counted.
 *
 * @throws StartupError if the port or host cannot be had
 */
export async function serveMetrics(
  registry: Registry,
  sources: ProcessSources,
  { apiMetricsHost: host, apiMetricsPort: port }: Pick<Settings, 'apiMetricsHost' | 'apiMetricsPort'>,
): Promise<MetricsServer | undefined> {
  if (port === undefined) return undefined;
  addApiMetrics(registry, sources);
  const app = createMetricsServer(registry);
  const variables = { host: 'IOT_API_METRICS_HOST', port: 'IOT_API_METRICS_PORT' };
  const address = await listenAt({ host, port, variables }, (at) => app.listen(at));
  return { address, close: () => app.close() };
}
