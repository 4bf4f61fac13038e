import { errors } from '@iotcore/control';
import type { FastifyInstance } from 'fastify';

/** `/livez`: the process answers. `/readyz`: it can serve, for which it needs the database. */
export function serveHealth(app: FastifyInstance, isReady: () => Promise<boolean>): void {
  app.get('/livez', { schema: { hide: true } }, async () => ({ status: 'ok' }));
  app.get('/readyz', { schema: { hide: true } }, async () => {
    if (!(await isReady())) throw errors.unavailable();
    return { status: 'ok' };
  });
}
