/** The web console at /console/: static files, which are built from apps/console. `/` leads there. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { pageHeaders } from './headers.ts';
import { missingPage } from './missing-page.ts';

export const consolePath = '/console';

/** Names of these files change with their content. */
const assetsFolder = 'assets';
const assetsMaxAgeMs = 365 * 86_400_000;

/** Where the files lie; they may come, or change, while this runs. */
export const builtConsole = join(import.meta.dirname, '../../../console/dist');

export async function serveConsole(app: FastifyInstance, folder: string): Promise<void> {
  const hidden = { schema: { hide: true } };
  app.get('/', hidden, (_, reply) => reply.redirect(`${consolePath}/`));
  app.get(consolePath, hidden, (_, reply) => reply.redirect(`${consolePath}/`));
  const pages: FastifyPluginAsync = async (scope) => {
    scope.addHook('onSend', async (request, reply) => {
      reply.headers(pageHeaders(request));
    });
    await scope.register(fastifyStatic, { root: join(folder, assetsFolder), serve: false });
    scope.get<{ Params: { '*': string } }>(`${consolePath}/${assetsFolder}/*`, hidden, (request, reply) =>
      reply.sendFile(request.params['*'], { maxAge: assetsMaxAgeMs, immutable: true }),
    );
    // Every other address is one of the page's own.
    scope.get(`${consolePath}/*`, hidden, (request, reply) => sendPage(folder, request, reply));
  };
  await app.register(pages);
}

async function sendPage(folder: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const path = join(folder, 'index.html');
  reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache');
  if (existsSync(path)) return reply.send(await readFile(path));
  request.log.debug('the console is not built');
  return reply.code(503).header('retry-after', '3').send(missingPage);
}
