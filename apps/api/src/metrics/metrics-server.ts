/** Where Prometheus reads, apart from the API: its callers have no business here. */
import { listenAt, type Settings } from '@iotcore/process';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { addProcessMetrics, type ProcessSources } from './process-metrics.ts';

/** Reading has no body, and is done once in some seconds. */
const bodyLimitBytes = 1024;
const requestTimeoutMs = 10_000;
const keepAliveTimeoutMs = 120_000;

export function createMetricsServer(registry: Registry): FastifyInstance {
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

/** Its URL, if the operator wants it; otherwise nothing is measured beyond what is counted. */
export async function serveMetrics(
  app: FastifyInstance,
  registry: Registry,
  sources: ProcessSources,
  settings: Pick<Settings, 'apiMetricsHost' | 'apiMetricsPort'>,
): Promise<string | undefined> {
  const { apiMetricsHost, apiMetricsPort } = settings;
  if (apiMetricsPort === undefined) return undefined;
  addProcessMetrics(registry, sources);
  const variables = { host: 'IOT_API_METRICS_HOST', port: 'IOT_API_METRICS_PORT' };
  const place = { host: apiMetricsHost, port: apiMetricsPort, variables };
  return listenAt(place, (at) => app.listen(at));
}
