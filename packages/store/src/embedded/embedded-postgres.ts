/**
 * A PostgreSQL of the installation's own, below its data folder: `postgres/` holds the database, `postgres.password` its
 * password, `postgres.log` what it complained of. It runs in a process group of its own, so that Ctrl-C on a terminal
 * reaches those who use it first.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { access, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '../log.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { EmbeddedPostgresError } from './error.ts';
import { stopOrphan } from './orphan.ts';
import { serverArguments } from './server-settings.ts';
import { invocation, type ServerUser, serverUser } from './server-user.ts';

const user = 'postgres';
const databaseName = 'postgres';
const readyPollMs = 20;
/** A start may have to replay the log of an hour's work after a crash. */
const startPatienceMs = 60_000;
/** What is left of a server that was killed outright goes within moments; until then a new one refuses to start. */
const startAttempts = 20;
const betweenAttemptsMs = 250;
const stopPatienceMs = 1200;
const maxLogBytes = 10 * 1024 * 1024;

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  readonly logger: Log;
}

export class EmbeddedPostgres {
  readonly #folder: string;
  readonly #logFile: string;
  readonly #logger: Log;
  readonly #binaries: Binaries;
  readonly #user: ServerUser | undefined;
  readonly #password: string;
  #port: number | undefined;
  #server: ChildProcess | undefined;

  private constructor(options: EmbeddedPostgresOptions, binaries: Binaries, password: string) {
    this.#folder = join(options.dataDir, 'postgres');
    this.#logFile = join(options.dataDir, 'postgres.log');
    this.#logger = options.logger;
    this.#binaries = binaries;
    this.#user = serverUser();
    this.#password = password;
  }

  /**
   * Makes the database cluster if the data folder has none. A cluster is there whole or not at all.
   *
   * @throws EmbeddedPostgresError
   */
  static async open(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const binaries = await findBinaries();
    const passwordFile = join(options.dataDir, 'postgres.password');
    const isNew = !(await exists(join(options.dataDir, 'postgres')));
    if (isNew) await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    const password = await readFile(passwordFile, 'utf8').catch((error) => {
      throw new EmbeddedPostgresError(
        `${passwordFile} cannot be read, and the database in ${options.dataDir} cannot be entered without it`,
        { cause: error },
      );
    });
    const postgres = new EmbeddedPostgres(options, binaries, password);
    if (isNew) await postgres.#initialise();
    return postgres;
  }

  /** The same over every restart of the server; known once it has been started. Holds the password. */
  get url(): string {
    return `postgresql://${user}:${this.#password}@127.0.0.1:${this.#port}/${databaseName}`;
  }

  /**
   * Starts the server and waits until it answers. Stops one that an earlier run left behind first.
   *
   * @throws EmbeddedPostgresError with the end of its log
   */
  async start(): Promise<void> {
    await stopOrphan(this.#folder, this.#logger);
    for (let attempt = 1; ; attempt++) {
      this.#port ??= await freePort();
      const server = this.#spawn();
      if (await this.#isReady(server)) {
        this.#server = server;
        return;
      }
      server.kill('SIGQUIT');
      if (attempt === startAttempts) {
        throw new EmbeddedPostgresError(
          `Postgres did not start; the end of ${this.#logFile}:\n${await this.#logTail()}`,
        );
      }
      // Somebody may have taken the port in between; a server that ran before keeps the one that others know.
      if (!this.#server) this.#port = undefined;
      await sleep(betweenAttemptsMs);
    }
  }

  /** Resolves when the running server has ended, for whatever reason. */
  async ended(): Promise<void> {
    const server = this.#server;
    if (server && isRunning(server)) await new Promise((resolve) => server.once('exit', resolve));
  }

  /** A fast shutdown: sessions are ended, what is committed is written. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (!server || !isRunning(server)) return;
    server.kill('SIGINT');
    const abandon = setTimeout(() => server.kill('SIGQUIT'), stopPatienceMs);
    await this.ended();
    clearTimeout(abandon);
  }

  async #initialise(): Promise<void> {
    const unfinished = `${this.#folder}.unfinished`;
    const passwordFile = `${this.#folder}.initial-password`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { mode: 0o700 });
    await writeFile(passwordFile, this.#password, { mode: 0o600 });
    try {
      if (this.#user) {
        for (const path of [unfinished, passwordFile]) await chown(path, this.#user.uid, this.#user.gid);
      }
      const settings = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', `--username=${user}`];
      const child = this.#run(
        this.#binaries.initdb,
        [`--pgdata=${unfinished}`, `--pwfile=${passwordFile}`, ...settings],
        ['ignore', 'ignore', 'pipe'],
      );
      let complaint = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        complaint += text;
      });
      const status = await new Promise<number | null>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', resolve);
      });
      if (status !== 0)
        throw new EmbeddedPostgresError(`the database could not be made: ${complaint.trim()}`);
      await rename(unfinished, this.#folder);
    } finally {
      await rm(passwordFile, { force: true });
    }
  }

  #spawn(): ChildProcess {
    const log = openLog(this.#logFile);
    try {
      const args = ['-D', this.#folder, '-p', String(this.#port), ...serverArguments()];
      return this.#run(this.#binaries.postgres, args, ['ignore', log, log]);
    } finally {
      closeSync(log);
    }
  }

  #run(program: string, args: readonly string[], stdio: ('ignore' | 'pipe' | number)[]): ChildProcess {
    const { command, args: all, identity } = invocation(program, args, this.#user, [this.#folder, program]);
    const child = spawn(command, all, {
      ...identity,
      stdio,
      detached: true,
      cwd: '/',
      env: serverEnvironment(),
    });
    child.on('error', (error) => this.#logger.error({ err: error }, 'Postgres could not be run'));
    return child;
  }

  async #isReady(server: ChildProcess): Promise<boolean> {
    const giveUpAt = performance.now() + startPatienceMs;
    while (isRunning(server) && performance.now() < giveUpAt) {
      const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: startPatienceMs });
      client.on('error', () => {});
      try {
        await client.connect();
        return isRunning(server);
      } catch {
        await sleep(readyPollMs);
      } finally {
        await client.end().catch(() => {});
      }
    }
    return false;
  }

  async #logTail(): Promise<string> {
    const text = await readFile(this.#logFile, 'utf8').catch(() => '');
    return text.trimEnd().split('\n').slice(-5).join('\n');
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** Without what libpq or Postgres would take for settings of theirs; messages in English, for whoever reads the log. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('PG') && name !== 'DATABASE_URL',
  );
  return { ...Object.fromEntries(own), LC_ALL: 'C' };
}

/** Appends; what is there moves aside once, when it has grown large. */
function openLog(path: string): number {
  try {
    if (statSync(path).size > maxLogBytes) renameSync(path, `${path}.1`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return openSync(path, 'a', 0o600);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return address.port;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
