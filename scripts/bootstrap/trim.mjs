// What npm has to install with a package and no program of ours loads: half of what a clone would take up.
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Headers for building native modules, of which there are none. */
const headers = /^node-[a-z-]*(linux|darwin|win)-?\w*$/;
/** Of Prisma's runtime what the generated client loads; the rest is for other databases and for browsers. */
const prismaRuntime = 'node_modules/@prisma/client/runtime';
const prismaKept = /^(client\.(mjs|js|d\.ts|d\.mts)|query_compiler_small_bg\.postgresql\..*)$/;

/** Of a clone in which nobody develops. */
export function trim(root) {
  const modules = join(root, 'node_modules');
  for (const name of list(modules))
    if (headers.test(name)) rmSync(join(modules, name, 'include'), { recursive: true, force: true });
  for (const name of list(join(root, prismaRuntime)))
    if (!prismaKept.test(name)) rmSync(join(root, prismaRuntime, name), { recursive: true });
}

/** What the files of a folder take up, in MiB, as `du` counts. */
export function sizeMib(folder) {
  const paths = readdirSync(folder, { recursive: true });
  const blocks = paths.reduce((sum, path) => sum + lstatSync(join(folder, path)).blocks, 0);
  return Math.round((blocks * 512) / 2 ** 20);
}

function list(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
