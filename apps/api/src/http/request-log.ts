import type { FastifyInstance } from 'fastify';
import { clientAddress } from './client-address.ts';

/** Every answer carries the ID of its request, and has one line in the log with it. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request;
    const { route } = routeOptions.config;
    request.log.info(
      {
        method,
        operation: route?.operationId ?? routeOptions.url,
        status: reply.statusCode,
        tookMs: Math.round(reply.elapsedTime),
        remoteIp: clientAddress(request),
        callerId: request.caller?.id,
      },
      'answered',
    );
  });
}
