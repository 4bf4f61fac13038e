// What `npx iotcore` needs before it can run: packages, if there are none yet, and a Node that runs TypeScript.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { findNode } from './node.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const modules = join(root, 'node_modules');

/**
 * Runs `script`, a file URL, with the arguments and in the folder of this process: here, if this is the Node for it,
 * else in one of its own, whose exit status is then ours.
 */
export async function runCommand(script) {
  try {
    // Packages that are there but old are left alone: what runs beside this command may be using them.
    if (!existsSync(join(modules, '.package-lock.json')))
      await ensureInstalled(root, { dev: false, signal: new AbortController().signal });
    const node = findNode(root);
    if (node === process.execPath) await runHere(script);
    else process.exitCode = await runIn(node);
  } catch (error) {
    const missing =
      error.code === 'ERR_MODULE_NOT_FOUND' ? '; `npm ci` installs what package-lock.json names' : '';
    process.stderr.write(`iotcore: ${error.message}${missing}\n`);
    process.exitCode = 1;
  }
}

/**
 * A cache of compiled code halves the time to start; the first Node 24 knows it, the oldest 20 does not. It lies with the
 * packages: nobody else can write there.
 */
async function runHere(script) {
  module.enableCompileCache?.(join(modules, '.cache', 'iotcore'));
  await import(script);
}

function runIn(node) {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  // Ctrl-C reaches the child by itself; ours is to wait for what it makes of it.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => resolve(status ?? 128 + constants.signals[signal]));
  });
}
