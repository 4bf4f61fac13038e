import type { IncomingMessage, ServerResponse } from 'node:http';
import { serveHttp } from './serve-http.ts';

/** Small enough for the lists of a small fleet to have several pages. */
const mostPerPage = 2;

/** What the first calls of these paths are answered instead. */
const refusals: readonly { readonly path: RegExp; readonly status: number }[] = [
  { path: /\/devices\/\w+\/certificates$/, status: 429 },
  { path: /\/devices$/, status: 503 },
];

/** Stands before an API that is asked for an export: short pages, and now and then a call that is to come back later. */
export async function reluctantSource(apiUrl: string) {
  const left = [...refusals];
  const paged = new Set<string>();
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', apiUrl);
    const refusal = left.find(({ path }) => path.test(url.pathname));
    if (refusal) {
      left.splice(left.indexOf(refusal), 1);
      response.writeHead(refusal.status).end();
      return;
    }
    if (url.searchParams.has('pageToken')) paged.add(url.pathname.split(/[/:]/).at(-1) ?? '');
    if (url.searchParams.has('pageSize')) url.searchParams.set('pageSize', `${mostPerPage}`);
    const answer = await fetch(url, { headers: { authorization: request.headers.authorization ?? '' } });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
  return {
    url: await serveHttp(serve),
    /** The lists of which more than the first page was asked for. */
    laterPages: (): ReadonlySet<string> => paged,
  };
}
