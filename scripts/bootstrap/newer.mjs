// Was what is made of sources made of those that lie there now?
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** When a file was written; undefined if there is none. */
function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** All that lies in these folders, as far as they are there. */
export function filesOf(folders) {
  return folders
    .filter((folder) => modifiedAt(folder) !== undefined)
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)));
}

/** Is it there, and is none of the files newer? */
export function isNewest(made, files) {
  const madeAt = modifiedAt(made);
  return madeAt !== undefined && files.every((file) => (modifiedAt(file) ?? 0) <= madeAt);
}
