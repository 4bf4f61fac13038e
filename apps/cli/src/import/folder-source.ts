import { readExport } from './read/read-export.ts';
import type { ImportSource } from './run-import.ts';

/** The folder of an export of the old service. */
export function folderSource(path: string): ImportSource {
  return { name: path, read: (journal, now, earlier) => readExport(path, journal, now, earlier) };
}
