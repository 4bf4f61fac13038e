import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findFreePort } from '@iotcore/process';
import { openDatabase, prepareDatabase } from '@iotcore/store';
import { EmbeddedPostgres } from '@iotcore/store/embedded';
import { startListening } from '../process.ts';
import { Caller } from './caller.ts';

export type Pool = ReturnType<typeof openDatabase>['pool'];

const silent = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };

/** The embedded Postgres with the settings that it always has, and an extension that counts statements when told to. */
export async function startPostgres(folder: string): Promise<EmbeddedPostgres> {
  // Postgres refuses to run as root: started by root, it runs as another user, which must be able to enter this folder.
  await chmod(folder, 0o711);
  const postgres = await EmbeddedPostgres.open({ dataDir: folder, logger: silent });
  await postgres.start();
  const database = openDatabase(postgres.url, { logger: silent });
  await database.pool.query(`ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'`);
  await database.pool.query(`ALTER SYSTEM SET pg_stat_statements.track = 'none'`);
  await database.close();
  await postgres.stop();
  await postgres.start();
  return postgres;
}

/** A database and an API process on it. */
export interface Server {
  readonly origin: string;
  readonly token: string;
  readonly caller: Caller;
  readonly pool: Pool;
  /** Of the API. */
  readonly pid: number;
  readonly dataDir: string;
  /** Of REST and gRPC inside TLS; 0 unless it was asked for. */
  readonly tlsPort: number;
  stop(): Promise<void>;
}

export async function startServer(
  postgres: EmbeddedPostgres,
  folder: string,
  name: string,
  { tls = false, env = {} }: { readonly tls?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Server> {
  const maintenance = openDatabase(postgres.url, { logger: silent });
  await maintenance.pool.query(`CREATE DATABASE ${name}`);
  await maintenance.close();
  const url = new URL(postgres.url);
  url.pathname = name;
  await prepareDatabase(url.href, silent, new AbortController().signal);
  const database = openDatabase(url.href, { logger: silent });
  await database.pool.query('CREATE EXTENSION pg_stat_statements');

  const dataDir = join(folder, `api-${name}`);
  await mkdir(dataDir);
  const port = await findFreePort();
  const tlsPort = tls ? await findFreePort() : 0;
  const program = new URL('../../apps/api/src/main.ts', import.meta.url).pathname;
  const child = await startListening(process.execPath, [program], tls ? [port, tlsPort] : [port], {
    ...process.env,
    DATABASE_URL: url.href,
    IOT_DATA_DIR: dataDir,
    IOT_API_PORT: String(port),
    IOT_API_TLS_PORT: tls ? String(tlsPort) : '',
    IOT_API_CALLS_PER_SECOND: '1000000',
    IOT_SAMPLE: 'off',
    IOT_LOG_LEVEL: 'warn',
    ...env,
  });
  const origin = `http://127.0.0.1:${port}`;
  // It listens before it has made its keys and the token.
  while (!(await fetch(`${origin}/readyz`)).ok) await pause(50);
  const token = (await readFile(join(dataDir, 'admin.token'), 'utf8')).trim();
  const caller = new Caller(origin, token);
  return {
    origin,
    token,
    caller,
    pool: database.pool,
    pid: child.pid,
    dataDir,
    tlsPort,
    async stop() {
      caller.close();
      await child.stop();
      await database.close();
    },
  };
}
