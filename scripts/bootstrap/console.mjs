// The web console, built from apps/console into apps/console/dist. What it is built with is a lock file of its own and is
// installed only for that: nothing else needs it.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { filesOf, isNewest } from './newer.mjs';
import { findNode } from './node.mjs';
import { outputOf } from './output.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'apps', 'console');
const built = join(folder, 'dist', 'index.html');
/** What the built files are made of, beside the files of `apps/console` itself. */
const sourceFolders = [join(folder, 'src'), join(root, 'packages', 'sdk', 'src')];

/** Builds it if need be. Throws an Error that holds what the build said. */
export async function ensureConsole(signal) {
  if (isBuilt()) return;
  await ensureInstalled(folder, { dev: true, signal });
  process.stderr.write('iotcore: building the web console\n');
  await run([join(folder, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], signal);
}

export async function checkConsole(signal) {
  await ensureInstalled(folder, { dev: true, signal });
  await run([join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.'], signal);
}

/** A published installation has the built files and no sources: then they are what they are. */
function isBuilt() {
  const own = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return isNewest(built, [...own.map(({ name }) => join(folder, name)), ...filesOf(sourceFolders)]);
}

async function run(args, signal) {
  const child = spawn(findNode(root), args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], signal });
  const { status, output } = await outputOf(child);
  if (status !== 0) throw new Error(`the web console could not be built:\n${output}`);
}
