import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { chooseLaunch, findBinaries, type Launch, launchCommand } from '@iotcore/store/embedded';
import { freePort } from './free-port.ts';

export interface PostgresOptions {
  /** An existing folder, which may be removed once it is stopped. */
  readonly folder: string;
  /** Where `initdb`, `postgres` and the like lie. Default: those that the service embeds. */
  readonly binaries?: string;
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** Where its programs lie, and as whom they run: Postgres refuses to be root. */
interface Programs {
  readonly folder: string;
  readonly launch: Launch;
}

/** A Postgres that can be stopped, killed, filled and replaced under what uses it. Unlike that of tests, it writes to disk. */
export class Postgres {
  readonly port: number;
  readonly dataFolder: string;
  readonly #options: PostgresOptions;
  readonly #programs: Programs;
  readonly #password: string;
  #server: ChildProcess | undefined;
  #lines: string[] = [];

  private constructor(options: PostgresOptions, programs: Programs, port: number, password: string) {
    this.#options = options;
    this.#programs = programs;
    this.#password = password;
    this.port = port;
    this.dataFolder = join(options.folder, 'data');
  }

  /** Makes an empty cluster, and starts it. */
  static async create(options: PostgresOptions): Promise<Postgres> {
    const folder = options.binaries ?? dirname((await findBinaries()).postgres);
    const programs = { folder, launch: chooseLaunch(undefined, [folder]) };
    const password = randomBytes(16).toString('hex');
    const postgres = new Postgres(options, programs, await freePort(), password);
    const passwordFile = join(options.folder, 'password');
    await writeFile(passwordFile, `${password}\n`);
    await giveAway(programs.launch, options.folder, passwordFile);
    const cluster = ['-D', postgres.dataFolder, '-U', 'postgres', '-E', 'UTF8', '--locale=C'];
    postgres.run('initdb', [...cluster, '--auth=scram-sha-256', `--pwfile=${passwordFile}`]);
    await postgres.start();
    return postgres;
  }

  /** A synchronous standby, made by a base backup of this one; not started yet. */
  async standby(folder: string): Promise<Postgres> {
    await giveAway(this.#programs.launch, folder);
    const options = { ...this.#options, folder };
    const standby = new Postgres(options, this.#programs, await freePort(), this.#password);
    const from = `host=127.0.0.1 port=${this.port} user=postgres password=${this.#password} application_name=standby`;
    const backup = ['-d', from, '-D', standby.dataFolder, '-R', '-X', 'stream', '--checkpoint=fast'];
    standby.run('pg_basebackup', backup);
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
    const address = ['-D', this.dataFolder, '-p', String(this.port)];
    const [command, rest, user] = this.#command('postgres', [...address, ...args]);
    const server = spawn(command, rest, { ...user, stdio: ['ignore', 'ignore', 'pipe'] });
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

  get running(): boolean {
    return this.#server?.exitCode === null && this.#server.signalCode === null;
  }

  /** A program of the same version, as the user that Postgres runs as. */
  run(program: string, args: readonly string[]): void {
    const [command, rest, user] = this.#command(program, args);
    const { status, stderr, error } = spawnSync(command, rest, { ...user, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`);
  }

  #command(program: string, args: readonly string[]) {
    const { folder, launch } = this.#programs;
    return launchCommand(launch, join(folder, program), args);
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

/** Makes the folder belong to whom Postgres runs as. */
async function giveAway({ user }: Launch, folder: string, ...files: string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (user) for (const path of [folder, ...files]) await chown(path, user.uid, user.gid);
  await chmod(folder, 0o700);
}
