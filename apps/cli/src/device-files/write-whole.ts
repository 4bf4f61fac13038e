import { createWriteStream } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError } from '../errors.ts';

/**
 * Writes a file that has its name only once it is whole: whatever breaks off leaves what was there before, if anything. A
 * pipe or a device, which cannot be replaced, is written as it comes.
 *
 * @throws CliError if it cannot be written; otherwise what `pieces` throws
 */
export async function writeWhole(path: string, pieces: AsyncIterable<string>): Promise<void> {
  await replace(path, pieces).catch((error: NodeJS.ErrnoException) => {
    throw error.syscall === undefined ? error : new CliError(`${path} cannot be written (${error.code})`);
  });
}

async function replace(path: string, pieces: AsyncIterable<string>): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there && !there.isFile()) return pipeline(Readable.from(pieces), createWriteStream(path));
  // Through a link the file itself is replaced, and not the link.
  const target = there ? await realpath(path) : path;
  const part = `${target}.part`;
  try {
    await pipeline(Readable.from(pieces), createWriteStream(part));
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
