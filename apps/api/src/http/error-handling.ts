/** How everything that is not a success is answered: the error body of the API, also where no route was reached. */
import { recordRefusal } from '@iotcore/store/control';
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ApiError, codes, errors } from '../errors/catalogue.ts';
import { toApiError } from '../errors/translate.ts';
import { maxDiscardedBytes } from '../limits.ts';
import { toPattern } from '../routing/paths.ts';
import type { Route } from '../routing/route.ts';
import { originOf } from '../routing/run-route.ts';
import { discardBody } from './discard-body.ts';

export function handleErrors(app: FastifyInstance, routes: readonly Route[]): void {
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply));
  const patterns = routes.map(({ method, path }) => ({ method, pattern: toPattern(path) }));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    const isOther = allowed.length > 0 && !allowed.some((method) => method === request.method);
    return answerError(isOther ? errors.methodNotAllowed(allowed) : errors.noSuchMethod(), request, reply);
  });
}

/** Refusals by the router, which come before any hook: a path that cannot be decoded or is too long. */
export function answerRouterError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { http, body } = toApiError(error);
  void reply
    .code(http)
    .header('x-request-id', request.id)
    .type('application/json')
    .send(JSON.stringify(body));
}

async function answerError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const error = toApiError(thrown);
  if (error.http >= 500) logFailure(request.log, error, thrown);
  await recordIfMutation(error, request);
  if (error.http === 413) await discardBody(request.raw, maxDiscardedBytes);
  return reply.code(error.http).headers(error.headers).send(error.body);
}

function logFailure(logger: FastifyBaseLogger, error: ApiError, thrown: unknown): void {
  if (error.code === codes.UNAVAILABLE.code) logger.warn({ err: thrown }, 'answered UNAVAILABLE');
  else logger.error({ err: thrown }, 'answered INTERNAL');
}

/** Too many to write down one by one, or nowhere to write them down. */
const unrecorded: ReadonlySet<number> = new Set([429, 503]);

async function recordIfMutation(error: ApiError, request: FastifyRequest): Promise<void> {
  const { route } = request.routeOptions.config;
  const { services } = request;
  if (!route?.mutation || !services || unrecorded.has(error.http)) return;
  const [resourceId] = Object.values(request.params as Record<string, string>);
  try {
    await recordRefusal(services.prisma, {
      ...originOf(request),
      eventType: route.mutation.eventType,
      callerId: request.caller?.id,
      folderId: request.guard?.folderId,
      resourceId,
      code: error.code,
    });
  } catch (failure) {
    request.log.error(
      { err: failure, eventType: route.mutation.eventType },
      'could not record a refused call',
    );
  }
}
