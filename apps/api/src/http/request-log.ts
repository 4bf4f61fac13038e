import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CallMetrics } from '../metrics/call-metrics.ts';
import { clientAddress } from './client-address.ts';

/** Every answer carries the ID of its request, has one line in the log with it, and is counted; so is what gets none. */
export function logRequests(app: FastifyInstance, metrics: CallMetrics): void {
  const answered = new WeakSet<FastifyRequest>();
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onResponse', async (request, reply) => {
    answered.add(request);
    const { statusCode: status, elapsedTime } = reply;
    request.log.info({ ...about(request), status, tookMs: Math.round(elapsedTime) }, 'answered');
    // A stream takes as long as its client wants.
    const { isStream } = request.routeOptions.config.operation ?? {};
    metrics.answered(operationOf(request), status, isStream ? undefined : elapsedTime);
  });
  app.addHook('onRequestAbort', async (request) => {
    // Also told of a body that is cut off after its answer: a refusal that came before all of it was read.
    if (answered.has(request)) return;
    request.log.info(about(request), 'the connection ended within the request');
    metrics.abandoned();
  });
}

/** The pattern of its address where that is no operation of the API; undefined where there is nothing. */
function operationOf({ routeOptions }: FastifyRequest): string | undefined {
  return routeOptions.config.operation?.name ?? routeOptions.url;
}

function about(request: FastifyRequest) {
  return {
    method: request.method,
    operation: operationOf(request),
    remoteIp: clientAddress(request),
    callerId: request.call?.caller?.id,
  };
}
