/**
 * Requests that two programs could read in two ways: a proxy or filter before this server might see another request than it
 * does. They are refused before anything of them is used.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { httpErrors } from '../rest/errors.ts';

/** Headers that mean something only once. Node keeps the first of two, other programs the last, or both in one. */
const single: ReadonlySet<string> = new Set(['host', 'authorization', 'content-type', 'idempotency-key']);

export function refuseAmbiguous(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    const name = repeatedHeader(request);
    if (name) throw httpErrors.malformed(`There is more than one ${name} header: send one.`);
    refuseOtherCharset(request);
    refuseBadEncoding(request);
  });
}

/** The first that comes twice of those that may not. `rawHeaders` has names and values in turn. */
function repeatedHeader({ raw: { rawHeaders } }: FastifyRequest): string | undefined {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    if (!single.has(name)) continue;
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
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
