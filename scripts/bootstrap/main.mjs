// What `npm start` and `npm test` have in common: install, find Node, run.
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { findNode } from './node.mjs';
import { runInForeground } from './run.mjs';
import { onStopRequest } from './stop-requests.mjs';

export { withMqttMemory, withSmallYoungGeneration } from '../../packages/process/src/mqtt-memory.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Runs a script of the project with its own Node, after installing what it needs, and exits with its status.
 * `dev`: development tools are needed too, and being stopped before the script has begun is no success. `beside`: work that
 * goes on while the script runs, and ends with it; that it fails is told, and stops nothing.
 */
export async function runProject(args, { dev, beside }) {
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
    const ended = new AbortController();
    beside?.(ended.signal).catch((error) => {
      if (!ended.signal.aborted) process.stderr.write(`iotcore: ${error.message}\n`);
    });
    const status = await runInForeground(node, args, {
      cwd: root,
      onStopRequest: (listener) => {
        stop = listener;
      },
    });
    ended.abort();
    process.exit(status);
  } catch (error) {
    if (stopped.signal.aborted) process.exit(dev ? 128 + constants.signals[stopped.signal.reason] : 0);
    process.stderr.write(`iotcore: ${error.message}\n`);
    process.exit(1);
  }
}

/** A file of the project, named from its top. */
export function projectFile(...path) {
  return join(root, ...path);
}
