import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StartupError } from '../startup-error.ts';

/** Readable by its owner alone. */
export const secretMode = 0o600;
export const publicMode = 0o644;

/**
 * Creates the data folder if it is not there. It is left open for others to pass through (what is secret in it has mode
 * 600): the certificate of the authority is for everybody, and the embedded database runs as another user under root.
 *
 * @throws StartupError if it cannot be made
 */
export async function prepareDataFolder(dataDir: string): Promise<void> {
  try {
    await makeFolder(dataDir);
  } catch (error) {
    throw new StartupError(
      `IOT_DATA_DIR: cannot create ${dataDir} (${(error as NodeJS.ErrnoException).code}); name a folder that may be written`,
    );
  }
}

/**
 * Makes a folder, and those above it that are not there. Node's own `recursive` goes round for ever where a file system answers
 * ENOENT whatever it is asked to make, as /proc does.
 */
export async function makeFolder(path: string): Promise<void> {
  const error = await refusalOf(path);
  if (!error) return;
  const above = dirname(path);
  if (error.code !== 'ENOENT' || above === path) throw error;
  // Others may have made it by now: tried once more in any case.
  if (!(await isFolder(above))) await makeFolder(above);
  const again = await refusalOf(path);
  if (again) throw again;
}

/** Why a folder cannot be made; undefined: it is there. */
async function refusalOf(path: string): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!(await isFolder(path))) return error as NodeJS.ErrnoException;
  }
  return undefined;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Writes a file that is there whole or not at all, also after a power cut, with just this mode. Replaces an old one. */
export async function writeFileWhole(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  await rename(await writeBeside(path, data, mode), path);
  await syncFolder(dirname(path));
}

/**
 * Like `writeFileWhole`, but keeps a file that is there already. Answers whether it wrote: of several processes that
 * try at the same time exactly one does.
 */
export async function createFileWhole(
  path: string,
  data: string | Uint8Array,
  mode: number,
): Promise<boolean> {
  const temporary = await writeBeside(path, data, mode);
  try {
    await link(temporary, path);
    await syncFolder(dirname(path));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeBeside(path: string, data: string | Uint8Array, mode: number): Promise<string> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  const file = await open(temporary, 'wx', mode);
  try {
    await file.chmod(mode);
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
  return temporary;
}

/** The name of a new file is durable once its folder is. Windows has no such call. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
