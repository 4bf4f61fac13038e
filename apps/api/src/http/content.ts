import type { FastifyInstance } from 'fastify';
import { bodyLimitsOf } from '../limits.ts';
import { httpErrors } from '../rest/errors.ts';
import { exceeds } from './json-size.ts';

/**
 * Bodies are JSON and nothing else. An empty one counts as none, since many clients send Content-Type with every
 * request; `__proto__` and its like are refused, and so is anything compressed: it is never unpacked.
 */
export function acceptJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addHook('preParsing', async ({ headers }) => {
    if (headers['content-encoding'] === undefined) return;
    throw httpErrors.malformed('The body must not be compressed.', 415);
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const { json: limits } = bodyLimitsOf(request.routeOptions.config.operation);
    if (body === '') done(null, undefined);
    else if (exceeds(body as string, limits))
      done(httpErrors.malformed('The body holds too many values, or too deep ones.'));
    else void parse(request, body as string, done);
  });
}
