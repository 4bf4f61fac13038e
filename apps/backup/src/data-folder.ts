/** The part of an installation that is not in its database. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createFileWhole, makeFolder, publicMode, secretMode } from '@iotcore/process';
import { type BackupFile, RestoreRefusedError } from '@iotcore/store/backup';

/** Devices trust the authority, and some pin the server's key: with them a restored installation is the same one. */
const archivedFiles = new Map([
  ['ca.crt', publicMode],
  ['ca.key', secretMode],
  ['server.crt', publicMode],
  ['server.key', secretMode],
  ['sample.json', secretMode],
]);

/** The files of the data folder that belong into an archive. */
export async function readDataFolder(dataDir: string): Promise<BackupFile[]> {
  const files: BackupFile[] = [];
  for (const name of archivedFiles.keys()) {
    const content = await readIfThere(join(dataDir, name));
    if (content) files.push({ name, content });
  }
  return files;
}

/**
 * @throws RestoreRefusedError if one of the files is there with another content: somebody may use it
 */
export async function refuseOtherFiles(dataDir: string, files: readonly BackupFile[]): Promise<void> {
  for (const { name, content } of known(files)) {
    const present = await readIfThere(join(dataDir, name));
    if (present && !present.equals(content))
      throw new RestoreRefusedError(
        `${join(dataDir, name)} exists and is not the one in the archive; restore into another IOT_DATA_DIR, or move it away`,
      );
  }
}

/** Writes all of them or none. */
export async function writeDataFolder(dataDir: string, files: readonly BackupFile[]): Promise<void> {
  await makeFolder(dataDir);
  const written: string[] = [];
  try {
    for (const { name, content, mode } of known(files)) {
      const path = join(dataDir, name);
      if (await createFileWhole(path, content, mode)) written.push(path);
    }
  } catch (error) {
    for (const path of written) await rm(path, { force: true });
    throw error;
  }
}

/** An archive may name any file; only these are written. */
function known(files: readonly BackupFile[]): (BackupFile & { readonly mode: number })[] {
  return files.flatMap((file) => {
    const mode = archivedFiles.get(file.name);
    return mode === undefined ? [] : [{ ...file, mode }];
  });
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
