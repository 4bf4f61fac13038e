/**
 * Under which user Postgres runs. It refuses to be root, so under root it gets another user; where that user may not
 * pass through the folders above the programs or the data (a clone below /root, say), it also gets the capability to
 * read and search folders, and no other.
 */
import { spawnSync } from 'node:child_process';
import { EmbeddedPostgresError } from './errors.ts';

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** How to start a program of Postgres: what to put in front of its path, and the user, if not ours. */
export interface Launch {
  readonly prefix: readonly string[];
  readonly user: SystemUser | undefined;
}

const userName = 'postgres';

/**
 * @param owner the user that owns the cluster already, if there is one: it must stay the owner
 * @param folders that the user must be able to reach
 * @throws EmbeddedPostgresError if there is no way
 */
export function chooseLaunch(owner: SystemUser | undefined, folders: readonly string[]): Launch {
  const uid = process.getuid?.();
  if (uid !== 0) {
    if (owner !== undefined && owner.uid !== uid) throw belongsToAnother(folders, owner);
    return { prefix: [], user: undefined };
  }
  const user = owner && owner.uid !== 0 ? owner : (findUser() ?? createUser() ?? nobody());
  const launches = [{ prefix: [], user }, ...withCapability(user)];
  const launch = launches.find((candidate) => folders.every((folder) => canReach(candidate, folder)));
  if (launch === undefined) throw cannotReach(user, folders);
  return launch;
}

/** For `spawn` and `spawnSync`. */
export function launchCommand(
  { prefix, user }: Launch,
  program: string,
  args: readonly string[],
): [command: string, args: string[], options: Partial<SystemUser>] {
  const [command = program, ...rest] = [...prefix, program, ...args];
  return [command, rest, prefix.length === 0 && user ? { uid: user.uid, gid: user.gid } : {}];
}

/**
 * `dac_override` includes reading and searching; containers often withhold the smaller one. Without the "fix-up" bit
 * access(2), by which Postgres looks for its own programs, would not count capabilities; they end with the exec, up to
 * the ambient one.
 */
function withCapability({ uid, gid }: SystemUser): Launch[] {
  return ['dac_read_search', 'dac_override'].map((capability) => ({
    prefix: [
      'setpriv',
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--clear-groups',
      '--securebits=+no_setuid_fixup',
      `--inh-caps=+${capability}`,
      `--ambient-caps=+${capability}`,
    ],
    user: { uid, gid },
  }));
}

function canReach(launch: Launch, folder: string): boolean {
  const [command, args, options] = launchCommand(launch, '/bin/sh', ['-c', 'cd "$0"', folder]);
  return spawnSync(command, args, { ...options, cwd: '/', stdio: 'ignore' }).status === 0;
}

function findUser(name = userName): SystemUser | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout?.trim(),
  );
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

/** The shadow tools of most systems, and those of busybox. */
function createUser(): SystemUser | undefined {
  const ways = [
    ['useradd', '--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', userName],
    ['adduser', '-S', '-D', '-H', userName],
  ] as const;
  for (const [command, ...args] of ways) {
    if (spawnSync(command, args, { stdio: 'ignore' }).status === 0) return findUser();
  }
  return undefined;
}

function nobody(): SystemUser {
  const user = findUser('nobody');
  if (user) return user;
  throw new EmbeddedPostgresError(
    `Postgres does not run as root, and there is no user for it: create one (\`useradd --system ${userName}\`), ` +
      'start as another user, or set DATABASE_URL to a Postgres of your own',
  );
}

function belongsToAnother(folders: readonly string[], owner: SystemUser): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `the database in ${folders.at(-1)} belongs to another user (uid ${owner.uid}): start as that user or as root, ` +
      'or choose another IOT_DATA_DIR',
  );
}

function cannotReach(user: SystemUser, folders: readonly string[]): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `Postgres does not run as root, and the user that it runs as (uid ${user.uid}) may not enter ${folders.join(' or ')}: ` +
      'open the folders above to it (chmod o+x), move the clone and IOT_DATA_DIR elsewhere, start as another user, ' +
      'or set DATABASE_URL to a Postgres of your own',
  );
}
