import type { FastifyInstance } from 'fastify';
import { bodyLimitsOf } from '../limits.ts';
import { httpErrors } from '../rest/errors.ts';
import { exceeds } from './json-size.ts';
import { repeatedField } from './repeated-field.ts';

/** Of a name that a caller chose, in an error. */
const shownCharacters = 64;

/**
 * Bodies are JSON in UTF-8 and nothing else. An empty one counts as none, since many clients send Content-Type with every
 * request; `__proto__` and its like are refused, a field that an object has twice, and anything compressed: it is never
 * unpacked.
 */
export function acceptJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addHook('preParsing', async ({ headers }) => {
    if (headers['content-encoding'] === undefined) return;
    throw httpErrors.malformed('The body must not be compressed.', 415);
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    const { json: limits } = bodyLimitsOf(request.routeOptions.config.operation);
    const body = decode(bytes as Buffer);
    if (body === undefined) done(httpErrors.malformed('The body must be JSON in UTF-8.'));
    else if (body === '') done(null, undefined);
    else if (exceeds(body, limits))
      done(httpErrors.malformed('The body holds too many values, or too deep ones.'));
    else void parse(request, body, (error, value) => done(error ?? repeated(body), value));
  });
}

/** The text, or undefined if it is not UTF-8 in full: half-read text must not be stored as if somebody had meant it. */
function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function repeated(body: string): Error | null {
  const name = repeatedField(body);
  return name === undefined ? null : httpErrors.malformed(`The body has the field ${quoted(name)} twice.`);
}

/** As much of it as helps, without control characters. */
function quoted(name: string): string {
  return JSON.stringify(name.slice(0, shownCharacters));
}
