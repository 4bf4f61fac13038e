import { createMetricsServer } from '@iotcore/process/metrics-server';
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';

/** What operators ask of the process: its metrics, and whether it works. `pingDatabase` rejects while the database is away. */
export function createOperatorServer(
  registry: Registry,
  pingDatabase: () => Promise<unknown>,
): FastifyInstance {
  const app = createMetricsServer(registry);
  app.get('/livez', async () => ({ status: 'alive' }));
  app.get('/readyz', async (_request, reply) => {
    const database = await pingDatabase().then(
      () => 'up',
      () => 'away',
    );
    const isReady = database === 'up';
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', database });
  });
  return app;
}
