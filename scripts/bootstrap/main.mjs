// What `npm start` and `npm test` have in common: install, find Node, run.
import { readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from './compile.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode } from './node.mjs';
import { runInForeground } from './run.mjs';
import { onStopRequest } from './stop-requests.mjs';

export { withMemorySettings } from '../../packages/process/src/memory-settings.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Runs a script of the project with its own Node, after installing what it needs, and exits with its status.
 * `dev`: development tools are needed too, and being stopped before the script has begun is no success. `becomes`: where Node can,
 * this process becomes the script, instead of waiting for it. `compiles`: scripts that are compiled first.
 */
export async function runProject(args, { dev, becomes, compiles = [] }) {
  const stopped = new AbortController();
  let stop = (signal) => stopped.abort(signal);
  onStopRequest((signal) => stop(signal));
  try {
    await ensureInstalled(root, { dev, signal: stopped.signal });
    const node = findNode(root);
    // Programs that the script starts by name get the same Node.
    process.env.PATH = [dirname(node), process.env.PATH].filter(Boolean).join(delimiter);
    // TypeScript without its types, and compiled code, are kept beside the packages: the next start takes half as long.
    process.env.NODE_COMPILE_CACHE ??= projectFile('node_modules', '.cache', 'iotcore');
    await compile(node, compiles, {
      cache: process.env.NODE_COMPILE_CACHE,
      sources: ['apps', 'packages'].flatMap(sourceFolders),
      signal: stopped.signal,
    });
    if (becomes && process.execve) become(node, args);
    const status = await runInForeground(node, args, {
      cwd: root,
      onStopRequest: (listener) => {
        stop = listener;
      },
    });
    process.exit(status);
  } catch (error) {
    if (stopped.signal.aborted) process.exit(dev ? 128 + constants.signals[stopped.signal.reason] : 0);
    process.stderr.write(`iotcore: ${error.message}\n`);
    process.exit(1);
  }
}

function sourceFolders(parent) {
  return readdirSync(projectFile(parent)).map((name) => projectFile(parent, name, 'src'));
}

/** The script gets every signal itself; that npm was killed it must notice by itself, too. */
function become(node, args) {
  process.chdir(root);
  const watches = process.env.npm_lifecycle_event === undefined ? 'off' : 'on';
  process.execve(node, [node, ...args], { ...process.env, IOT_INTERNAL_ENDS_WITH_PARENT: watches });
}

/** A file of the project, named from its top. */
export function projectFile(...path) {
  return join(root, ...path);
}
