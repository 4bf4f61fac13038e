/** Where Prometheus reads what a process measures, apart from what its clients talk to. */
import Fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { zodSchemas } from '../request-schemas.ts';

/** Reading has no body, and is done once in some seconds. */
const bodyLimitBytes = 1024;
const requestTimeoutMs = 10_000;
const keepAliveTimeoutMs = 120_000;

/** Serves `/metrics`, once it listens; a process may add what else operators ask of it. */
export function createMetricsServer(registry: Registry): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: keepAliveTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    forceCloseConnections: true,
    schemaController: zodSchemas,
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  return app;
}
