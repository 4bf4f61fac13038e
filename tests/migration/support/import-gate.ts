import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Installation } from '@iotcore/testkit';
import { serveHttp } from './serve-http.ts';

/** What becomes of an import request: passed on; passed on and its answer lost; kept without an answer. */
export type Fate = 'pass' | 'lose the answer' | 'hold';

/**
 * Stands between the command line and the API, and decides the fate of each import request, by its number from 1. While a
 * fate is a promise, the request waits.
 */
export async function importGate(
  installation: Installation,
  fateOf: (number: number) => Fate | Promise<Fate>,
): Promise<Pick<Installation, 'apiUrl' | 'adminToken'> & { readonly held: Promise<void> }> {
  let number = 0;
  const { promise: held, resolve: isHeld } = Promise.withResolvers<void>();
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(request);
    const fate = request.url === '/ext/v1/import' ? await fateOf(++number) : 'pass';
    if (fate === 'hold') return isHeld();
    const answer = await fetch(new URL(request.url ?? '', installation.apiUrl), {
      method: request.method ?? 'GET',
      headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
      ...(body.length > 0 ? { body } : {}),
    });
    if (fate === 'lose the answer') throw new Error('lost');
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
  return { apiUrl: await serveHttp(serve), adminToken: installation.adminToken, held };
}
