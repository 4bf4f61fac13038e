/**
 * Requests that two programs could read in two ways: a proxy or filter before this server might see another request than it
 * does. They are refused before anything of them is used.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { httpErrors } from '../rest/errors.ts';

/** Headers that mean something only once. Node keeps the first of two, other programs the last, or both in one. */
const single = ['host', 'authorization', 'content-type', 'idempotency-key'] as const;

export function refuseAmbiguous(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    for (const name of single) {
      if (countOf(name, request) > 1)
        throw httpErrors.malformed(`There is more than one ${name} header: send one.`);
    }
    refuseOtherCharset(request);
    refuseBadEncoding(request);
  });
}

/** `rawHeaders` has names and values in turn. */
function countOf(name: string, { raw }: FastifyRequest): number {
  return raw.rawHeaders.filter((text, at) => at % 2 === 0 && text.toLowerCase() === name).length;
}

/** JSON between programs is UTF-8 (RFC 8259 section 8.1), of which ASCII is a part. */
function refuseOtherCharset({ headers }: FastifyRequest): void {
  const charsets = headers['content-type']?.matchAll(/;\s*charset\s*=\s*("?)([^\s;"]*)\1/gi) ?? [];
  for (const [, , charset = ''] of charsets) {
    if (!/^(?:utf-?8|us-ascii)$/i.test(charset))
      throw httpErrors.malformed('The body must be JSON in UTF-8.', 415);
  }
}

/** The router looks at the path alone; the parser of the query would leave what it cannot decode as it is. */
function refuseBadEncoding({ raw: { url = '' } }: FastifyRequest): void {
  const [, ...query] = url.split('?');
  try {
    decodeURIComponent(query.join('?'));
  } catch {
    throw httpErrors.malformed('The query must be UTF-8, percent-encoded: % is written as %25.');
  }
}
