/**
 * Fails on a folder with more files side by side than one sees at a glance. Tests that lie beside the code count: they are
 * looked through as well. Folders do not count, and neither does what is no code and no document.
 */
import { globSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { join } from 'node:path/posix';

const most = 15;

/** Folders that may have more, and why. */
const exceptions: Readonly<Record<string, string>> = {
  docs: 'its README is the way in, and other sites link to the pages by their addresses',
  'docs/decisions': 'a log: its files are numbered, and its README lists them by what they decide',
};

/** Each folder with too many of these files, as a line that names it. */
export function findCrowdedFolders(paths: readonly string[]): string[] {
  const folders = Map.groupBy(paths, (path) => dirname(path));
  return [...folders].flatMap(([folder, files]) =>
    files.length <= most || folder in exceptions
      ? []
      : [`${folder}: ${files.length} files side by side, at most ${most}: group them by what they are for`],
  );
}

function main(root: string): void {
  const paths = globSync(
    ['{apps,packages,tests,bench,scripts}/**/*.{ts,tsx,mts,mjs,c,css}', '{docs,deploy}/**/*.md'],
    { cwd: root },
  )
    .map((path) => join(path.replaceAll('\\', '/')))
    // Types of a module that is written in JavaScript belong to it.
    .filter((path) => !/(^|\/)(generated|node_modules|dist)\/|\.d\.mts$/.test(path));
  const problems = findCrowdedFolders(paths);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else
    console.log(
      `folders: ${new Set(paths.map((path) => dirname(path))).size}, none with more than ${most} files`,
    );
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  main(relative(process.cwd(), resolve(import.meta.dirname, '..', '..')) || '.');
}
