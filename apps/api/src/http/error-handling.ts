/** How everything that is not a success is answered: the error body of the API, also where no route was reached. */
import type { ApiError } from '@iotcore/control';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { maxDiscardedBytes } from '../limits.ts';
import { fromHttp, headersOf, httpErrors, statusOf } from '../rest/errors.ts';
import { toPattern } from '../rest/paths.ts';
import { restRoutes } from '../rest/register-routes.ts';
import { discardBody } from './discard-body.ts';

export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply));
  const patterns = restRoutes.map(({ method, path }) => ({ method, pattern: toPattern(path) }));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    const isOther = allowed.length > 0 && !allowed.some((method) => method === request.method);
    const error = isOther ? httpErrors.methodNotAllowed(allowed) : httpErrors.noSuchMethod();
    return answerError(error, request, reply);
  });
}

/** Refusals by the router, which come before any hook: a path that cannot be decoded or is too long. */
export function answerRouterError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const answer = fromHttp(error);
  void reply
    .code(statusOf(answer))
    .header('x-request-id', request.id)
    .type('application/json')
    .send(JSON.stringify(answer.body));
}

async function answerError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const error = await refuse(thrown, request);
  const status = statusOf(error);
  if (status === 413) await discardBody(request.raw, maxDiscardedBytes);
  return reply.code(status).headers(headersOf(error)).send(error.body);
}

/** A call is refused by the pipeline, which logs and records it; what has become no call is only logged. */
async function refuse(thrown: unknown, { call, log }: FastifyRequest): Promise<ApiError> {
  const error = fromHttp(thrown);
  // What the edge itself knows how to answer is handed on so; anything else whole, for the log.
  if (call)
    return call.refuse(error.status === 'INTERNAL' || error.status === 'UNAVAILABLE' ? thrown : error);
  if (error.status === 'INTERNAL') log.error({ err: thrown }, 'answered INTERNAL');
  if (error.status === 'UNAVAILABLE') log.warn({ err: thrown }, 'answered UNAVAILABLE');
  return error;
}
