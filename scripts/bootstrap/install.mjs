// Brings node_modules to what package-lock.json says, for `npm start` and `npm test` in a clone where nobody has run
// `npm install`. Plain JavaScript for Node 20, without dependencies: it runs before there are any.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const progressEveryMs = 5000;
const lockPollMs = 250;

/**
 * Installs what is missing. `dev` says whether tools for development are needed too; an install that has them is never
 * cut back. Throws an Error whose message holds npm's own output if npm fails.
 */
export async function ensureInstalled(root, { dev }) {
  if (isInstalled(root, dev)) return;
  await withInstallLock(root, async () => {
    // Another run may have done it while this one waited.
    if (isInstalled(root, dev)) return;
    const omit = dev || hasDevTools(root) ? [] : ['--omit=dev'];
    await runNpm(root, ['ci', '--no-audit', '--no-fund', ...omit]);
  });
}

/** npm writes down what it has installed, once it has finished: by `npm start`, or by somebody's own `npm install`. */
function isInstalled(root, dev) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const present = readPackages(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    // The root itself, links to our own packages, and packages of other platforms.
    if (!path.includes('node_modules/') || entry.link || entry.optional) return true;
    if (!dev && (entry.dev || entry.devOptional)) return true;
    return present[path]?.version === entry.version;
  });
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

/** Two commands started at once in one clone must not both rewrite node_modules. The lock of a dead process is taken over. */
async function withInstallLock(root, install) {
  const path = join(root, '.install.lock');
  let told = false;
  while (!takeLock(path)) {
    if (!told) say('another command is installing, waiting for it');
    told = true;
    await delay(lockPollMs);
  }
  try {
    await install();
  } finally {
    rmSync(path, { force: true });
  }
}

function takeLock(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!isAlive(readLockHolder(path))) rmSync(path, { force: true });
  return false;
}

function readLockHolder(path) {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function runNpm(root, args) {
  say('installing what package-lock.json names (once, and again when it changes)');
  const startedAt = Date.now();
  const progress = setInterval(
    () => say(`still installing, ${Math.round((Date.now() - startedAt) / 1000)} s`),
    progressEveryMs,
  );
  try {
    const { status, output } = await run(root, args);
    if (status !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${output.trimEnd()}`);
  } finally {
    clearInterval(progress);
  }
  say(`installed in ${Math.round((Date.now() - startedAt) / 1000)} s`);
}

/** Through the npm that started us, if there is one: the same program whatever PATH says. */
function run(root, args) {
  const npm = process.env.npm_execpath;
  const isScript = npm !== undefined && existsSync(npm) && /\.[cm]?js$/.test(npm);
  const [command, commandArgs] = isScript ? [process.execPath, [npm, ...args]] : ['npm', args];
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArgs, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: !isScript && process.platform === 'win32',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output }));
  });
}

function say(text) {
  process.stderr.write(`iotcore: ${text}\n`);
}
