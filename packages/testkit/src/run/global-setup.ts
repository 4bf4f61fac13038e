/**
 * Runs once for a whole test run, in its main process: hands out databases of one throw-away Postgres, and bundles programs, when
 * the first test asks. So a run that needs none pays nothing, and there is one owner that stops it at the end.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { DatabaseFactory } from '../postgres/database-factory.ts';
import { makeProgramBundles } from '../programs/program-bundles.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /**
     * `/databases`: POST gives `{url}` of a new migrated one, GET `{folder}` of a cluster to copy; DELETE with `?name=` drops
     * one. `/programs`: POST makes the bundles of programs, once.
     */
    testRunUrl: string;
    /** A folder of the test run, for what its workers share. It goes with the run. */
    testRunFolder: string;
  }
}

/**
 * Connections to the database for each worker: an API and an MQTT server may have ten each, and a worker has some of both at once, while
 * those of the file before are still closing theirs.
 */
const connectionsPerWorker = 100;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-tests-'));
  project.provide('testRunFolder', folder);
  const factory = new DatabaseFactory(folder, connectionsPerWorker * (1 + project.config.maxWorkers));
  let bundles: Promise<void> | undefined;
  const makeBundles = () => {
    bundles ??= makeProgramBundles();
    return bundles;
  };
  const server = createServer((request, response) => {
    answer(factory, makeBundles, request).then(
      (body) => response.end(JSON.stringify(body)),
      (error: unknown) => fail(response, error),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not listening on a port');
  project.provide('testRunUrl', `http://127.0.0.1:${address.port}/`);
  return async () => {
    server.closeAllConnections();
    server.close();
    await factory.close();
    await rm(folder, { recursive: true, force: true });
  };
}

async function answer(
  factory: DatabaseFactory,
  makeBundles: () => Promise<void>,
  request: IncomingMessage,
): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  if (pathname === '/programs' && request.method === 'POST') return await makeBundles();
  if (pathname !== '/databases') throw new TypeError(`${request.method} ${request.url}`);
  if (request.method === 'POST') return { url: await factory.create() };
  if (request.method === 'GET') return { folder: await factory.madeCluster() };
  const name = searchParams.get('name');
  if (request.method === 'DELETE' && name) return await factory.drop(name);
  throw new TypeError(`${request.method} ${request.url}`);
}

function fail(response: ServerResponse, error: unknown): void {
  response.statusCode = 500;
  response.end(error instanceof Error ? error.stack : String(error));
}
