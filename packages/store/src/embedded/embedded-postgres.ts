/**
 * A PostgreSQL of the installation's own, below its data folder: `postgres/` holds the database, `postgres.password` its
 * password, `postgres.log` what it has to say.
 */

import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort, isRunning } from '@iotcore/process';
import { Connection, connectionConfig } from '../database/connections.ts';
import { DatabaseUnavailableError } from '../database/errors.ts';
import type { Log } from '../log.ts';
import { findBinaries } from './binaries.ts';
import {
  type ClusterPaths,
  clusterOwner,
  clusterPaths,
  createCluster,
  readPassword,
  removeUnfinished,
  superuser,
} from './cluster.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { stopOrphan } from './orphan.ts';
import { lastLogLines, rotateLog } from './server-log.ts';
import { type ServerProgram, spawnServer } from './server-process.ts';
import { chooseLaunch } from './system-user.ts';

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  readonly logger: Log;
  /** Connections that our processes may open together. Default 100. */
  readonly maxConnections?: number;
  /** Waits for no disk: what it holds may be lost with the machine, as that of a test may. Default false. */
  readonly disposable?: boolean;
  /** Gives up what is under way, making a database or starting the server; one that runs is left alone. */
  readonly signal?: AbortSignal;
}

const defaultMaxConnections = 100;
const checkIntervalMs = 20;
/** Until the remains of a server that was killed outright (its children, their memory) are gone, a new one refuses. */
const remainsMs = 10_000;
const betweenAttemptsMs = 200;
/** A shutdown in order writes everything down; one that takes longer is cut short, and recovered from at the next start. */
const stopPatienceMs = 1200;

/** Its opener makes sure that no other process uses the data folder. */
export class EmbeddedPostgres {
  readonly #options: EmbeddedPostgresOptions;
  readonly #paths: ClusterPaths;
  readonly #program: ServerProgram;
  readonly #password: string;
  #port: number | undefined;
  #server: ChildProcess | undefined;

  private constructor(options: EmbeddedPostgresOptions, program: ServerProgram, password: string) {
    this.#options = options;
    this.#paths = clusterPaths(options.dataDir);
    this.#program = program;
    this.#password = password;
  }

  /**
   * Creates the database if the data folder has none. It is there whole or not at all.
   *
   * @throws EmbeddedPostgresError, or the reason of the signal
   */
  static async open(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const paths = clusterPaths(options.dataDir);
    const binaries = await findBinaries();
    const owner = await clusterOwner(paths);
    const launch = chooseLaunch(owner, [binaries.folder, options.dataDir]);
    await removeUnfinished(paths);
    if (owner === undefined) await createCluster(paths, binaries, launch, options);
    return new EmbeddedPostgres(options, { path: binaries.postgres, launch }, await readPassword(paths));
  }

  /** Known once it has been started, and the same after each further start. Holds the password. */
  get url(): string {
    return `postgresql://${superuser}:${this.#password}@127.0.0.1:${this.#port}/${superuser}`;
  }

  /**
   * Stops a server that an earlier run left behind, starts a new one and waits until it answers, however long it recovers.
   *
   * @throws EmbeddedPostgresError with the end of its log, or the reason of the signal
   */
  async start(): Promise<void> {
    await stopOrphan(this.#paths.cluster, this.#options.logger);
    await rotateLog(this.#paths.log);
    this.#port ??= await findFreePort();
    const deadline = performance.now() + remainsMs;
    for (;;) {
      const { maxConnections = defaultMaxConnections, disposable = false, signal } = this.#options;
      signal?.throwIfAborted();
      const serverOptions = { port: this.#port, maxConnections, disposable };
      this.#server = await spawnServer(this.#program, this.#paths, serverOptions);
      if (await this.#answers(this.#server, signal)) return;
      const complaint = await lastLogLines(this.#paths.log);
      if (!isAboutRemains(complaint) || performance.now() > deadline) {
        throw new EmbeddedPostgresError(`the database does not start (${this.#paths.log}):\n${complaint}`);
      }
      await sleep(betweenAttemptsMs);
    }
  }

  /** Resolves when the running server has ended, for whatever reason. */
  async ended(): Promise<void> {
    const server = this.#server;
    if (server && isRunning(server)) await new Promise((resolve) => server.once('exit', resolve));
  }

  /** Ends it at once: what was committed is recovered at the next start. */
  kill(): void {
    this.#server?.kill('SIGQUIT');
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server || !isRunning(server)) return;
    server.kill('SIGINT');
    const cutShort = setTimeout(() => this.kill(), stopPatienceMs);
    await this.ended();
    clearTimeout(cutShort);
  }

  /** False when it ended instead. */
  async #answers(server: ChildProcess, signal: AbortSignal | undefined): Promise<boolean> {
    while (isRunning(server)) {
      if (signal?.aborted) {
        await this.stop();
        throw signal.reason;
      }
      if (await this.#takesConnections()) return isRunning(server);
      await sleep(checkIntervalMs);
    }
    return false;
  }

  async #takesConnections(): Promise<boolean> {
    const client = new Connection(connectionConfig(this.url, 'iotcore start'));
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) return false;
      throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function isAboutRemains(complaint: string): boolean {
  return /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(complaint);
}
