// What `npm start` runs is TypeScript. To take its types away Node loads a compiler, and keeps it: 16 MB in each of four processes.
// What came of it lies in the cache of compiled code, which is filled first, by processes that end.
import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesOf, isNewest } from './newer.mjs';

/** Fills the cache in this folder with these programs, if a source of theirs is new. Throws the reason of `signal` if it aborts. */
export async function compile(node, programs, { cache, sources, signal }) {
  const done = join(cache, 'compiled');
  if (programs.length === 0 || isNewest(done, filesOf(sources))) return;
  if (!isWritable(cache)) return;
  await Promise.all(programs.map((program) => load(node, program, signal)));
  writeFileSync(done, '');
}

/** The packages may be somebody else's: then there is no cache, and everything runs all the same. */
function isWritable(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function load(node, program, signal) {
  const env = { ...process.env, IOT_INTERNAL_LOADS_ONLY: 'on' };
  const child = spawn(node, [program], { env, stdio: 'ignore', signal });
  child.on('error', () => undefined);
  await new Promise((resolve) => child.once('close', resolve));
  signal.throwIfAborted();
}
