/**
 * The certificate of the server and its authority, made by the first installation of a test run and shared by the others:
 * making two RSA keys costs more than all else that a first start does, and few tests are about it.
 */
import { randomBytes } from 'node:crypto';
import { constants, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

const files = ['ca.key', 'ca.crt', 'server.key', 'server.crt'];

/** Puts them into a new data folder, if they are there already. */
export async function seedCertificates(runFolder: string, dataDir: string): Promise<void> {
  await copyAll(folderOf(runFolder), dataDir).catch(ignoreMissing);
}

/** Keeps those of an installation that made its own, unless another did so before. */
export async function keepCertificates(runFolder: string, dataDir: string): Promise<void> {
  const unfinished = `${folderOf(runFolder)}.${randomBytes(4).toString('hex')}`;
  await mkdir(unfinished);
  try {
    await copyAll(dataDir, unfinished);
    await rename(unfinished, folderOf(runFolder));
  } catch {
    // There already, or the installation has no MQTT server and so none.
    await rm(unfinished, { recursive: true });
  }
}

const folderOf = (runFolder: string) => join(runFolder, 'certificates');

async function copyAll(from: string, to: string): Promise<void> {
  for (const name of files) await copyFile(join(from, name), join(to, name), constants.COPYFILE_EXCL);
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
