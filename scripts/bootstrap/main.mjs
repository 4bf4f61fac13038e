// What `npm start` and `npm test` have in common: install, find Node, run.
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './install.mjs';
import { findNode } from './node.mjs';
import { runInForeground } from './run.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Runs a script of the project with its own Node, after installing what it needs. `dev`: development tools too. */
export async function runProject(args, { dev }) {
  try {
    await ensureInstalled(root, { dev });
    const node = findNode(root);
    // Programs that the script starts by name get the same Node.
    process.env.PATH = [dirname(node), process.env.PATH].filter(Boolean).join(delimiter);
    runInForeground(node, args, { cwd: root });
  } catch (error) {
    process.stderr.write(`iotcore: ${error.message}\n`);
    process.exitCode = 1;
  }
}

/** A file of the project, named from its top. */
export function projectFile(...path) {
  return join(root, ...path);
}
