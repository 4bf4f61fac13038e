import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { PostgresBinaries } from './binaries.ts';
import { EmbeddedPostgresError } from './errors.ts';
import { type Launch, launchCommand, type SystemUser } from './system-user.ts';

/** The role that initdb makes, which is also the name of the first database. */
export const superuser = 'postgres';
const majorVersion = '18';
const secretMode = 0o600;
const ownerOnlyMode = 0o700;

export interface CreateOptions {
  /** Gives up when it aborts. */
  readonly signal?: AbortSignal;
  /** Does it hold nothing of worth? Then it need not be on the disk when it is there, nor well guarded. Default false. */
  readonly disposable?: boolean;
}

/** Where a cluster lies in the data folder. */
export interface ClusterPaths {
  readonly cluster: string;
  readonly password: string;
  readonly log: string;
}

export function clusterPaths(dataDir: string): ClusterPaths {
  return {
    cluster: join(dataDir, 'postgres'),
    password: join(dataDir, 'postgres.password'),
    log: join(dataDir, 'postgres.log'),
  };
}

/** Whose the cluster is; undefined if there is none yet. */
export async function clusterOwner({ cluster }: ClusterPaths): Promise<SystemUser | undefined> {
  const found = await stat(cluster).catch(() => undefined);
  return found && { uid: found.uid, gid: found.gid };
}

/** The password of the existing cluster. */
export async function readPassword({ cluster, password }: ClusterPaths): Promise<string> {
  const version = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  if (version !== majorVersion) {
    throw new EmbeddedPostgresError(
      `${cluster} was made by Postgres ${version}, and this version brings Postgres ${majorVersion}: ` +
        'move the data over with pg_dump, or set DATABASE_URL to a server of your own',
    );
  }
  const text = await readFile(password, 'utf8').catch(() => {
    throw new EmbeddedPostgresError(
      `${password} is missing: restore the password of the database in ${cluster}`,
    );
  });
  return text.trim();
}

/** What an earlier run was making when it was killed. As much as can be: its initdb may still be at it. */
export async function removeUnfinished({ cluster }: ClusterPaths): Promise<void> {
  const folder = dirname(cluster);
  const unfinished = (await readdir(folder)).filter((name) => name.startsWith(`${basename(cluster)}.new`));
  const removals = unfinished.map((name) => rm(join(folder, name), { recursive: true, force: true }));
  await Promise.allSettled(removals);
}

/**
 * Makes the cluster, with a random password. It is there whole or not at all, also when this is interrupted.
 *
 * @throws EmbeddedPostgresError, or the reason of the signal
 */
export async function createCluster(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  launch: Launch,
  options: CreateOptions,
): Promise<void> {
  const password = randomBytes(24).toString('base64url');
  await rm(paths.password, { force: true });
  await writeFile(paths.password, `${password}\n`, { mode: secretMode, flag: 'wx' });
  // A name of its own: the initdb of a run that was killed may still be at work on another.
  const unfinished = `${paths.cluster}.new-${randomBytes(4).toString('hex')}`;
  await mkdir(unfinished, { mode: ownerOnlyMode });
  await giveTo(launch.user, unfinished);
  try {
    await withPasswordFile(password, launch.user, (file) =>
      initdb(unfinished, file, binaries, launch, options),
    );
    await rename(unfinished, paths.cluster);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

/** For the user that runs initdb, which may not read ours. */
async function withPasswordFile(
  password: string,
  user: SystemUser | undefined,
  use: (file: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-initdb-'));
  const file = join(folder, 'password');
  try {
    await writeFile(file, `${password}\n`, { mode: secretMode });
    await giveTo(user, file);
    await giveTo(user, folder);
    await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function giveTo(user: SystemUser | undefined, path: string): Promise<void> {
  if (user) await chown(path, user.uid, user.gid);
}

async function initdb(
  folder: string,
  passwordFile: string,
  { initdb: program }: PostgresBinaries,
  launch: Launch,
  { signal, disposable }: CreateOptions,
): Promise<void> {
  signal?.throwIfAborted();
  const [command, args, options] = launchCommand(launch, program, [
    `--pgdata=${folder}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
    // A random password that guards nothing needs no slow check: it is a third of what a connection costs both sides.
    ...(disposable ? ['--no-sync', '--set=scram_iterations=1'] : []),
  ]);
  const child = spawn(command, args, {
    ...options,
    // A Ctrl-C in the terminal is for us: an interrupted initdb is thrown away at the next start.
    detached: true,
    cwd: '/',
    env: serverEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const stop = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', stop);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
  if (status !== 0) throw new EmbeddedPostgresError(`cannot create the database: ${complaint.trim()}`);
  await chmod(folder, ownerOnlyMode);
}

/** Nothing of ours (`PG…` variables above all) but the way to programs; messages in English, since operators search for them. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot } = process.env;
  return { ...(PATH && { PATH }), ...(SystemRoot && { SystemRoot }), LC_ALL: 'C', TZ: 'UTC' };
}
