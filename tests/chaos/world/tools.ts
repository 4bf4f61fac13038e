import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';

/** The first path that matches, after installing the Debian package if there is none; undefined: not to be had here. */
export function obtain(pattern: string, debianPackage: string): string | undefined {
  const found = () => globSync(pattern).sort().at(-1);
  if (found() === undefined) install(debianPackage);
  return found();
}

/** A scenario's obstacle, if the file cannot be had. */
export function lacks(pattern: string, debianPackage: string): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  return obtain(pattern, debianPackage) === undefined
    ? `needs ${pattern} (Debian: ${debianPackage})`
    : undefined;
}

/** A scenario's obstacle, if we are not root on Linux. */
export function notRoot(): string | undefined {
  return process.platform === 'linux' && process.getuid?.() === 0 ? undefined : 'needs root on Linux';
}

function install(debianPackage: string): void {
  if (notRoot() !== undefined || !existsSync('/usr/bin/apt-get')) return;
  const run = (...args: string[]) => spawnSync('apt-get', args, { stdio: 'ignore', timeout: 120_000 });
  const get = ['install', '--yes', '--no-install-recommends', debianPackage];
  if (run(...get).status === 0) return;
  run('update');
  run(...get);
}
