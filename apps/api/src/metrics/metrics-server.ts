/** Where Prometheus reads, apart from the API: its callers have no business here. */
import { listenAt, type Settings } from '@iotcore/process';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { addProcessMetrics, type ProcessSources } from './process-metrics.ts';

/** Reading has no body, and is done once in some seconds. */
const bodyLimitBytes = 1024;
const requestTimeoutMs = 10_000;
const keepAliveTimeoutMs = 120_000;

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
  addProcessMetrics(registry, sources);
  const app = createApp(registry);
  const variables = { host: 'IOT_API_METRICS_HOST', port: 'IOT_API_METRICS_PORT' };
  const address = await listenAt({ host, port, variables }, (at) => app.listen(at));
  return { address, close: () => app.close() };
}

function createApp(registry: Registry): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: keepAliveTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    forceCloseConnections: true,
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  return app;
}
