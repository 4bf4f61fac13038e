import { closeSync, constants, fstatSync, openSync, type Stats, statSync } from 'node:fs';

/** An open file, or why there is none. */
export type Opened =
  | { readonly handle: number; readonly fault?: undefined }
  | { readonly fault: string; readonly isMissing: boolean };

/**
 * Opens a file for reading. Anything else under its name is told and left alone: a named pipe would be waited for without
 * end, a device may never end or do something, and a folder cannot be read.
 */
export function openFile(path: string): Opened {
  let handle: number | undefined;
  try {
    const other = kindOf(statSync(path));
    if (other !== undefined) return { fault: `It is ${other}, no file.`, isMissing: false };
    // What stands there may have changed meanwhile: opening must not wait either.
    handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const changed = kindOf(fstatSync(handle));
    if (changed === undefined) return { handle };
    closeSync(handle);
    return { fault: `It is ${changed}, no file.`, isMissing: false };
  } catch (error) {
    if (handle !== undefined) closeSync(handle);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { fault: 'The file is missing.', isMissing: true };
    return { fault: `The file cannot be read: ${code}.`, isMissing: false };
  }
}

/** What something is that is no regular file, followed through links. */
function kindOf(stats: Stats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}
