import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, connectionConfig } from '../database/connections.ts';
import { DatabaseUnavailableError } from '../database/errors.ts';
import type { Log } from '../log.ts';
import { findBinaries, type PostgresBinaries } from './binaries.ts';
import {
  type ClusterPaths,
  clusterOwner,
  clusterPaths,
  createCluster,
  readPassword,
  serverEnvironment,
  superuser,
} from './cluster.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { findFreePort } from './free-port.ts';
import { stopOrphan } from './orphan.ts';
import { settingArguments } from './server-settings.ts';
import { chooseLaunch, type Launch, launchCommand } from './system-user.ts';

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  readonly logger: Log;
  /** Connections that our processes may open together. */
  readonly maxConnections: number;
  /** Default: any free one. Given to keep the address when a crashed server is started again. */
  readonly port?: number;
  /** Told what is being done while it takes long. */
  readonly progress?: (step: string) => void;
}

export interface EmbeddedPostgres {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the server has ended, stopped or not. */
  readonly ended: Promise<void>;
  /** Ends it in order; if that takes longer than `patienceMs`, at once (it recovers at the next start, nothing is lost). */
  stop(patienceMs: number): Promise<void>;
}

const databaseName = 'iotcore';
const checkIntervalMs = 20;
/** What a server that was killed leaves behind (its children, their shared memory) goes away within this time, in ms. */
const leftoversMs = 10_000;
const largestLogBytes = 1024 * 1024;

/**
 * Starts the Postgres of a data folder, creating its cluster at the first start and stopping one that an earlier run left
 * behind. Whoever calls makes sure that nobody else does at the same time.
 *
 * The server gets a process group of its own: a Ctrl-C in the terminal would stop it before the processes that use it.
 *
 * @throws EmbeddedPostgresError
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, logger, progress = () => undefined } = options;
  const paths = clusterPaths(dataDir);
  const binaries = await findBinaries();
  const owner = await clusterOwner(paths);
  const launch = chooseLaunch(owner, [binaries.folder, dataDir]);
  if (owner === undefined) {
    progress('creating the database');
    await createCluster(paths, binaries, launch);
  }
  const password = await readPassword(paths);
  await stopOrphan(paths.cluster, logger);
  await rotateLog(paths.log);
  progress('starting the database');
  const port = options.port ?? (await findFreePort());
  const server = await startServer(paths, binaries, launch, { ...options, port }, password);
  await ensureDatabase(serverUrl(port, password, 'postgres'));
  return server;
}

function serverUrl(port: number, password: string, database: string): string {
  return `postgresql://${superuser}:${password}@127.0.0.1:${port}/${database}`;
}

async function startServer(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  launch: Launch,
  options: EmbeddedPostgresOptions & { port: number },
  password: string,
): Promise<EmbeddedPostgres> {
  const { port } = options;
  const deadline = performance.now() + leftoversMs;
  for (;;) {
    const child = await spawnServer(paths, binaries, launch, settingArguments(options));
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (await answers(serverUrl(port, password, 'postgres'), child)) {
      return {
        url: serverUrl(port, password, databaseName),
        port,
        pid: child.pid ?? 0,
        ended,
        stop: (patienceMs) => stopServer(child, ended, patienceMs),
      };
    }
    const complaint = await lastLogLines(paths.log);
    const temporary = /pre-existing shared memory block|another (postmaster|server) might/.test(complaint);
    if (!temporary || performance.now() > deadline) {
      throw new EmbeddedPostgresError(`the database does not start (${paths.log}):\n${complaint}`);
    }
    await sleep(10 * checkIntervalMs);
  }
}

async function spawnServer(
  { cluster, log }: ClusterPaths,
  { postgres }: PostgresBinaries,
  launch: Launch,
  settings: readonly string[],
): Promise<ChildProcess> {
  const [command, args, user] = launchCommand(launch, postgres, ['-D', cluster, ...settings]);
  const logFile = await open(log, 'a', 0o600);
  try {
    const child = spawn(command, args, {
      ...user,
      detached: true,
      env: serverEnvironment(),
      // A file, not a pipe: with a reader that has stopped, a full pipe would hold the server up.
      stdio: ['ignore', logFile.fd, logFile.fd],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return child;
  } finally {
    await logFile.close();
  }
}

/** Waits until the server takes connections, however long its recovery lasts; false when it ended instead. */
async function answers(url: string, child: ChildProcess): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    const client = new Connection(connectionConfig(url, 'iotcore start'));
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError)) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
    await sleep(checkIntervalMs);
  }
  return false;
}

async function ensureDatabase(maintenanceUrl: string): Promise<void> {
  const client = new Connection(connectionConfig(maintenanceUrl, 'iotcore start'));
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE "${databaseName}"`);
  } finally {
    await client.end();
  }
}

async function stopServer(child: ChildProcess, ended: Promise<void>, patienceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGINT');
  const atOnce = setTimeout(() => child.kill('SIGQUIT'), patienceMs);
  await ended;
  clearTimeout(atOnce);
}

async function rotateLog(log: string): Promise<void> {
  const found = await stat(log).catch(() => undefined);
  if (found && found.size > largestLogBytes) await rename(log, `${log}.old`);
}

async function lastLogLines(log: string): Promise<string> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-5).join('\n');
}
