import type { FastifyInstance, FastifyRequest } from 'fastify';
import { clientAddress } from './client-address.ts';

/** Every answer carries the ID of its request, and has one line in the log with it; so has a request that gets none. */
export function logRequests(app: FastifyInstance): void {
  const answered = new WeakSet<FastifyRequest>();
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    answered.add(request);
    const answer = { status: reply.statusCode, tookMs: Math.round(reply.elapsedTime) };
    request.log.info({ ...about(request), ...answer }, 'answered');
  });
  app.addHook('onRequestAbort', async (request) => {
    // Also told of a body that is cut off behind its answer: a refusal that came before all of it was read.
    if (!answered.has(request)) request.log.info(about(request), 'the connection ended within the request');
  });
}

function about(request: FastifyRequest) {
  const { route } = request.routeOptions.config;
  return {
    method: request.method,
    operation: route?.operationId ?? request.routeOptions.url,
    remoteIp: clientAddress(request),
    callerId: request.caller?.id,
  };
}
