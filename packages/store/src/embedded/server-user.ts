/**
 * As whom Postgres runs. It refuses to run as root, so root starts it as another user: `postgres` where there is one,
 * else `nobody`. Everybody else runs it as themselves.
 */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedPostgresError } from './error.ts';

export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** A program and its arguments, as they are to be spawned. */
export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  readonly identity: { readonly uid?: number; readonly gid?: number };
}

/** Undefined: the user of this process. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const uid = numericId('-u', name);
    const gid = numericId('-g', name);
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new EmbeddedPostgresError(
    'Postgres does not run as root, and there is no user postgres or nobody to run it as: start as another user, or set DATABASE_URL',
  );
}

function numericId(flag: string, name: string): number | undefined {
  const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : undefined;
}

/**
 * How to run `command` as that user when it must reach these paths. Where the way to one of them is barred to it (a clone
 * below root's home, say), it keeps root's capability to pass through and read folders (CAP_DAC_READ_SEARCH), no other.
 *
 * @throws EmbeddedPostgresError if the way is barred and this system has no `setpriv`
 */
export function invocation(
  command: string,
  args: readonly string[],
  user: ServerUser | undefined,
  paths: readonly string[],
): Invocation {
  if (!user) return { command, args, identity: {} };
  const barred = paths.map((path) => barredFolder(path, user)).find((folder) => folder !== undefined);
  if (barred === undefined) return { command, args, identity: user };
  if (spawnSync('setpriv', ['--version']).status !== 0) {
    throw new EmbeddedPostgresError(
      `Postgres does not run as root, and its user may not pass through ${barred}: allow it (chmod o+x), start as another user, or set DATABASE_URL`,
    );
  }
  const rights = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  return { command: 'setpriv', args: [...identity, ...rights, '--', command, ...args], identity: {} };
}

/** The first folder above `path` that the user may not pass through. */
function barredFolder(path: string, user: ServerUser): string | undefined {
  for (let folder = dirname(path), below = path; folder !== below; below = folder, folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return folder;
  }
  return undefined;
}
