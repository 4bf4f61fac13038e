import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, type FileHandle, link, open, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { StartupError, secretMode } from '@iotcore/process';
import { RestoreRefusedError } from '@iotcore/store/backup';

/**
 * Writes a new file, compressed and readable by its owner alone. It is there whole or not at all, and one that was there
 * before stays. Answers its size in bytes.
 *
 * @throws StartupError if it exists or cannot be written
 */
export async function writeArchiveFile(
  path: string,
  write: (sink: (lines: AsyncIterable<string>) => Promise<void>) => Promise<void>,
  signal: AbortSignal,
): Promise<number> {
  await refuseExisting(path);
  const temporary = `${path}.${randomUUID()}.tmp`;
  let file: FileHandle | undefined;
  try {
    // Opened first: that it cannot be written is to be known before anything is read.
    const opened = await open(temporary, 'wx', secretMode);
    file = opened;
    await write((lines) =>
      pipeline(lines, createGzip(), createWriteStream('', { fd: opened, flush: true }), { signal }),
    );
    await link(temporary, path);
    return (await stat(path)).size;
  } catch (error) {
    throw translate(path, error);
  } finally {
    await file?.close();
    await rm(temporary, { force: true });
  }
}

/** The text of an archive, from its beginning; each call opens it anew. */
export async function* readArchiveFile(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const text = createGunzip();
  const reading = pipeline(createReadStream(path), text, { signal });
  reading.catch(() => undefined);
  try {
    yield* text;
    await reading;
  } catch (error) {
    throw translate(path, error);
  }
}

async function refuseExisting(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists) throw existing(path);
}

function existing(path: string): StartupError {
  return new StartupError(`${path} exists already; name a new file`);
}

function translate(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EEXIST') return existing(path);
  if (code?.startsWith('Z_'))
    return new RestoreRefusedError(`the archive is damaged: ${path} is no whole gzip file`);
  const isAboutFiles = /^(ENOENT|EACCES|EPERM|EISDIR|ENOTDIR|EROFS|ENOSPC|EDQUOT|EFBIG|EIO)$/.test(
    code ?? '',
  );
  return isAboutFiles ? new StartupError(`${path}: cannot be used (${code})`) : error;
}
