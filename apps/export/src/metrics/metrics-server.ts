/** What operators ask of the process: its metrics, and whether it works. */
import Fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';

/** Reading has no body, and is done once in some seconds. */
const bodyLimitBytes = 1024;
const requestTimeoutMs = 10_000;
const keepAliveTimeoutMs = 120_000;

/** `pingDatabase` rejects while the database is away. */
export function createMetricsServer(
  registry: Registry,
  pingDatabase: () => Promise<unknown>,
): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: keepAliveTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    forceCloseConnections: true,
  });
  app.get('/livez', async () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const database = await pingDatabase().then(
      () => 'up',
      () => 'away',
    );
    const isReady = database === 'up';
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', database });
  });
  app.get('/metrics', async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  return app;
}
